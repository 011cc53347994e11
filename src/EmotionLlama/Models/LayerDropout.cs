using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>The dropout masks of one layer in one step: drawn when the layer first runs, and the same ones when it runs
/// again.</summary>
/// <param name="seeds">The seeds of the step; null where nothing is dropped.</param>
internal sealed class LayerDropout(DropoutSeeds? seeds) : IDisposable
{
    /// <summary>Before the updates of queries, keys and values.</summary>
    public DropoutMask? QueryKeyValue { get; set; }

    /// <summary>Before the update of the attention's output.</summary>
    public DropoutMask? Output { get; set; }

    /// <summary>Before the updates of gate and up.</summary>
    public DropoutMask? GateUp { get; set; }

    /// <summary>Before the update of the feed-forward's output.</summary>
    public DropoutMask? Down { get; set; }

    /// <summary>Draws a mask.</summary>
    public DropoutMask? Draw(LoraLinear linear, Tensor x) => seeds is null ? null : linear.DrawDropout(x, seeds);

    /// <inheritdoc/>
    public void Dispose()
    {
        QueryKeyValue?.Dispose();
        Output?.Dispose();
        GateUp?.Dispose();
        Down?.Dispose();
    }
}
