using System.Text.Json.Nodes;

namespace EmotionLlama.Checkpoints.Inspection;

/// <summary>What is in a file or folder of weights.</summary>
public sealed record InspectionReport
{
    /// <summary>The file or folder.</summary>
    public required string Path { get; init; }

    /// <summary>The format.</summary>
    public required StoredKind Kind { get; init; }

    /// <summary>The size on disk in bytes; of a folder, the files directly in it.</summary>
    public required long Bytes { get; init; }

    /// <summary>The number of values of all tensors.</summary>
    public long Parameters => Tensors.Sum(tensor => tensor.Parameters);

    /// <summary>The number of values of each data type.</summary>
    public IReadOnlyDictionary<string, long> ParametersByType => Tensors
        .GroupBy(tensor => tensor.DataType)
        .ToDictionary(group => group.Key, group => group.Sum(tensor => tensor.Parameters));

    /// <summary>What the weights can be used for here; empty where they are of no use.</summary>
    public required IReadOnlyList<WeightUse> Uses { get; init; }

    /// <summary>What those uses, or likely ones, lack; each a line for people.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>How to use it, and where it comes from; each a line for people.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The LoRA matrices; null where there are none.</summary>
    public LoraDescription? Lora { get; init; }

    /// <summary>The projections from features to the Llama, such as <c>llama_proj</c>.</summary>
    public IReadOnlyList<string> Projections { get; init; } = [];

    /// <summary>The epoch of a training run's checkpoint, from 0.</summary>
    public long? Epoch { get; init; }

    /// <summary>What an average of checkpoints was made of; empty for all else.</summary>
    public IReadOnlyList<AveragePart> AverageOf { get; init; } = [];

    /// <summary>The number of parameters whose moments an optimizer's state holds; null without one.</summary>
    public int? OptimizerStates { get; init; }

    /// <summary>The names of what a PyTorch checkpoint holds at its top, where that is not the tensors themselves.
    /// </summary>
    public IReadOnlyList<string> Entries { get; init; } = [];

    /// <summary>The free texts of a safetensors file.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The settings that lie with the weights: the recipe of a training run, or the folder's JSON file.
    /// </summary>
    public JsonNode? Config { get; init; }

    /// <summary>The tensors, in the order of the file; of a training run's checkpoint, those of the model.</summary>
    public required IReadOnlyList<TensorDescription> Tensors { get; init; }
}
