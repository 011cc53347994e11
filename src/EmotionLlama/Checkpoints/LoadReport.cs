using System.Text.Json.Serialization;

namespace EmotionLlama.Checkpoints;

/// <summary>What a model took from a file or folder of weights.</summary>
/// <param name="Part">The part of the model that it was read for.</param>
/// <param name="Location">The file or folder.</param>
/// <param name="Taken">The tensors that were taken.</param>
public sealed record LoadReport(
    LoadedPart Part, string Location, [property: JsonIgnore] IReadOnlyList<string> Taken)
{
    /// <summary>The tensors that were taken, by module.</summary>
    public IReadOnlyList<TensorGroup> TakenModules => TensorGroup.Of(Taken);

    /// <summary>Trained weights of the model that are not there; they stay as they were.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Tensors that the model has no use for.</summary>
    public IReadOnlyList<string> Unexpected { get; init; } = [];

    /// <summary>Tensors that were taken in another shape.</summary>
    public IReadOnlyList<ReshapedTensor> Reshaped { get; init; } = [];

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        var parts = new List<string> { $"{Taken.Count} {Kind} taken ({Modules})" };
        if (Missing.Count > 0)
            parts.Add($"{Missing.Count} missing, which stay fresh: {TensorGroup.Join(Missing)}");

        parts.AddRange(Reshaped.Select(reshaped => $"{reshaped}"));
        if (Unexpected.Count > 0)
            parts.Add($"{Unexpected.Count} not used: {TensorGroup.Join(Unexpected)}");

        return $"{Location}: {string.Join("; ", parts)}";
    }

    private string Modules => string.Join(", ", TakenModules.Select(group => group.Module.Printable()));

    private string Kind => Part switch
    {
        LoadedPart.Llama => "tensors of the Llama",
        LoadedPart.VisionTower => "tensors of the vision tower",
        _ => "trained tensors",
    };
}
