using EmotionLlama.Checkpoints;
using static TorchSharp.torch;

namespace EmotionLlama.Training;

/// <summary>The nested dictionaries of a checkpoint, read with errors that name the file and the entry.</summary>
/// <param name="file">The file, for error messages.</param>
/// <param name="node">A dictionary of the checkpoint.</param>
/// <param name="path">Where that dictionary lies in the checkpoint.</param>
internal sealed class CheckpointTree(string file, object? node, string path = "")
{
    private readonly OrderedDictionary<object, object?> _entries = node as OrderedDictionary<object, object?>
        ?? throw new InputException($"{file}: '{path}' is no dictionary; is this a checkpoint of a training run?");

    /// <summary>Whether there is an entry.</summary>
    public bool Has(object key) => _entries.ContainsKey(key);

    /// <summary>A dictionary inside this one.</summary>
    public CheckpointTree Under(object key) => new(file, Entry(key), $"{path}/{key}");

    /// <summary>A number.</summary>
    public double Number(object key) => Entry(key) switch
    {
        long number => number,
        double number => number,
        _ => throw new InputException($"{file}: '{path}/{key}' is no number"),
    };

    /// <summary>A tensor; the caller disposes it.</summary>
    public Tensor Tensor(object key) => Entry(key) is StoredTensor stored
        ? stored.Read()
        : throw new InputException($"{file}: '{path}/{key}' is no tensor");

    private object? Entry(object key) => _entries.TryGetValue(key, out var value)
        ? value
        : throw new InputException($"{file}: no entry '{path}/{key}'; is this a checkpoint of a training run?");
}
