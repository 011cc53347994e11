using EmotionLlama.Checkpoints.Pickling;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>The values that one or more tensors of a PyTorch checkpoint view: where they lie in the file.</summary>
internal sealed class StoredStorage(CheckpointFile file, string key, ScalarType type, long count) : IPickleOnly
{
    /// <summary>The open file.</summary>
    public CheckpointFile File => file;

    /// <summary>The storage's name in the file.</summary>
    public string Key => key;

    /// <summary>The type of its values.</summary>
    public ScalarType Type => type;

    /// <summary>The number of its values.</summary>
    public long Count => count;

    /// <summary>The size of its values in bytes.</summary>
    public long ByteCount { get; } = count * TorchTypes.ElementBytes(type);

    /// <summary>Where its first value lies in the file; null until it has been found, which the old format does only
    /// after all objects are read.</summary>
    public long? FileOffset { get; set; }

    /// <summary>Reads some of the values as a contiguous tensor.</summary>
    public Tensor Read(ReadOnlySpan<long> shape, long first) => file.ReadTensor(shape, type, PlaceOf(first));

    /// <summary>Where some of the values lie.</summary>
    public StoredValues Locate(long elements, long first) =>
        file.Values(type, PlaceOf(first), elements * TorchTypes.ElementBytes(type));

    /// <inheritdoc/>
    public override string ToString() => "a storage without a tensor";

    private long PlaceOf(long first) => FileOffset is { } start
        ? start + (first * TorchTypes.ElementBytes(type))
        : throw new InvalidOperationException($"the storage {key} is read before it has been found");
}
