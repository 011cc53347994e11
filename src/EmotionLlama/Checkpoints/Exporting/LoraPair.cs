using System.Globalization;

namespace EmotionLlama.Checkpoints.Exporting;

/// <summary>The two LoRA matrices of one projection of a Llama.</summary>
/// <param name="Module">The projection, such as <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="A">Name in the checkpoint of the first matrix <c>[rank, inputs]</c>.</param>
/// <param name="B">Name in the checkpoint of the second matrix <c>[outputs, rank]</c>.</param>
/// <param name="Rank">Their rank.</param>
/// <param name="Inputs">Input channels of the projection.</param>
/// <param name="Outputs">Output channels of the projection.</param>
internal sealed record LoraPair(string Module, string A, string B, long Rank, long Inputs, long Outputs)
{
    /// <summary>The projection's own name, such as <c>q_proj</c>.</summary>
    public string Target => Module[(Module.LastIndexOf('.') + 1)..];

    /// <summary>The number of its layer; null where its name has none.</summary>
    public int? Layer
    {
        get
        {
            var parts = Module.Split('.');
            var at = Array.IndexOf(parts, "layers") + 1;
            return at > 0 && at < parts.Length
                && int.TryParse(parts[at], NumberStyles.None, CultureInfo.InvariantCulture, out var layer)
                    ? layer
                    : null;
        }
    }

    /// <summary>The weight in a Llama that the matrices change.</summary>
    public string Weight => $"{Module}.weight";
}
