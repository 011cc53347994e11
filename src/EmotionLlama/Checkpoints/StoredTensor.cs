using EmotionLlama.Checkpoints.Pickling;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>A tensor in an open PyTorch checkpoint. Its values stay in the file until they are read.</summary>
public sealed class StoredTensor
{
    private const int MaxDimensions = 64;

    /// <summary>An expanded tensor repeats few stored values many times; dense, it may take this much, or as much as
    /// the file where that is more: a few bytes must not fill the memory.</summary>
    private const long MaxRepeatedBytes = 1L << 24;

    private readonly StoredStorage _storage;
    private readonly long[] _shape;
    private readonly long[] _strides;
    private readonly long _offset;

    /// <summary>The number of stored values from the first one used to the last.</summary>
    private readonly long _span;

    /// <param name="storage">The values viewed.</param>
    /// <param name="offset">The first value used.</param>
    /// <param name="shape">The size of each dimension.</param>
    /// <param name="strides">The distance in the storage between neighbours along each dimension.</param>
    /// <exception cref="PickleException">The tensor reaches beyond its storage, or is no tensor at all.</exception>
    internal StoredTensor(StoredStorage storage, long offset, long[] shape, long[] strides)
    {
        (_storage, _offset, _shape, _strides) = (storage, offset, shape, strides);
        if (shape.Length != strides.Length || shape.Length > MaxDimensions || shape.Any(size => size < 0)
            || strides.Any(stride => stride < 0))
        {
            throw new PickleException($"a tensor with the impossible shape [{string.Join(", ", shape)}] "
                + $"and strides [{string.Join(", ", strides)}]");
        }

        try
        {
            Count = shape.Aggregate(1L, (product, size) => checked(product * size));
            _span = Count == 0 ? 0 : shape.Zip(strides).Aggregate(
                1L, (span, dimension) => checked(span + ((dimension.First - 1) * dimension.Second)));
        }
        catch (OverflowException)
        {
            throw new PickleException($"a tensor with the impossible shape [{string.Join(", ", shape)}]");
        }

        if (offset < 0 || _span > storage.Count || offset > storage.Count - _span)
        {
            throw new PickleException($"a tensor of shape [{string.Join(", ", shape)}] reaches beyond the "
                + $"{storage.Count} values of its storage {storage.Key}");
        }

        var mostRepeated = Math.Max(MaxRepeatedBytes, storage.File.Length) / TorchTypes.ElementBytes(storage.Type);
        if (Count > _span && Count > mostRepeated)
        {
            throw new PickleException($"a tensor of shape [{string.Join(", ", shape)}] repeats {_span} stored values; "
                + "it is too large to be read");
        }
    }

    /// <summary>The type of the values.</summary>
    public ScalarType Type => _storage.Type;

    /// <summary>The size of each dimension.</summary>
    public IReadOnlyList<long> Shape => _shape;

    /// <summary>The distance in the storage between neighbours along each dimension, in values.</summary>
    public IReadOnlyList<long> Strides => _strides;

    /// <summary>The number of values.</summary>
    public long Count { get; }

    /// <summary>The name in the file of the storage; tensors with the same name share it.</summary>
    public string StorageKey => _storage.Key;

    /// <summary>Reads the values as a contiguous tensor on the CPU that the caller owns. Tensors that share a storage
    /// in the file do not share memory here.</summary>
    /// <exception cref="InputException">The file has been cut short since it was opened, or cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The checkpoint has been closed.</exception>
    public Tensor Read()
    {
        if (IsContiguous())
            return _storage.Read(_shape, _offset);

        using var scope = NewDisposeScope();
        var values = _storage.Read([_span], _offset);
        return values.as_strided(_shape, _strides).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Where the values lie in the file; null where they do not lie there behind one another.</summary>
    internal StoredValues? Locate() => IsContiguous() ? _storage.Locate(Count, _offset) : null;

    /// <summary>The type and the shape.</summary>
    public override string ToString() => $"{TorchTypes.Name(Type)} [{string.Join(", ", _shape)}]";

    private bool IsContiguous()
    {
        var expected = 1L;
        for (var i = _shape.Length - 1; i >= 0; i--)
        {
            if (_shape[i] != 1 && _strides[i] != expected)
                return Count == 0;

            expected *= _shape[i];
        }

        return true;
    }
}
