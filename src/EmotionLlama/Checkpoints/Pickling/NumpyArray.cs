namespace EmotionLlama.Checkpoints.Pickling;

/// <summary>A NumPy array of plain numbers that a checkpoint holds beside its tensors, such as the state of a random
/// generator.</summary>
public sealed class NumpyArray : IPickleBuildable
{
    internal NumpyArray()
    {
    }

    /// <summary>The kind of number and its size in bytes, as NumPy writes it without the byte order: <c>f8</c>,
    /// <c>u4</c>, <c>b1</c>.</summary>
    public string Type { get; private set; } = "u1";

    /// <summary>The size of each dimension.</summary>
    public IReadOnlyList<long> Shape { get; private set; } = [0];

    /// <summary>Whether the first index varies fastest in <see cref="Data"/>, as in Fortran.</summary>
    public bool IsColumnMajor { get; private set; }

    /// <summary>The elements, each little-endian.</summary>
    public ReadOnlyMemory<byte> Data { get; private set; }

    void IPickleBuildable.Build(object? state)
    {
        if (state is not PythonTuple { Count: 5 } tuple
            || tuple[2] is not NumpyType type
            || tuple[3] is not bool columnMajor)
        {
            throw new PickleException("a NumPy array without its type and elements");
        }

        var data = tuple[4] switch
        {
            byte[] bytes => bytes,
            string text => NumpyType.RawBytes(text),
            _ => throw new PickleException("a NumPy array of objects is not supported, only of plain numbers"),
        };
        var shape = new PickleArguments("numpy.ndarray", tuple.Items).GetIntegers(1);
        if (Product(shape) != data.Length / (double)type.ElementBytes)
            throw new PickleException("a NumPy array whose elements do not fill its shape");

        (Type, Shape, IsColumnMajor, Data) = (type.Code, shape, columnMajor, type.ToLittleEndian(data));
    }

    // In floating point, so that a hostile shape cannot overflow; exact for every array that fits in memory.
    private static double Product(long[] shape) =>
        shape.Any(size => size < 0) ? -1 : shape.Aggregate(1.0, (product, size) => product * size);
}
