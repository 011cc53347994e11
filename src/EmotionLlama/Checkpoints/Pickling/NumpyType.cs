using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace EmotionLlama.Checkpoints.Pickling;

/// <summary>A NumPy <c>dtype</c> of plain numbers, while a pickle is read.</summary>
internal sealed class NumpyType : IPickleOnly, IPickleBuildable
{
    private bool _bigEndian;

    /// <summary>Takes a type's code: a kind and the bytes of an element, such as <c>f8</c>.</summary>
    /// <exception cref="PickleException">It is no type of plain numbers.</exception>
    public NumpyType(string code)
    {
        Code = code;
        ElementBytes = code switch
        {
            "b1" or "i1" or "u1" => 1,
            "i2" or "u2" or "f2" => 2,
            "i4" or "u4" or "f4" => 4,
            "i8" or "u8" or "f8" => 8,
            _ => throw new PickleException($"the NumPy type `{code}` is not supported, only plain numbers are"),
        };
    }

    /// <summary>The type's code, such as <c>f8</c>.</summary>
    public string Code { get; }

    /// <summary>The size of an element in bytes.</summary>
    public int ElementBytes { get; }

    /// <inheritdoc/>
    public void Build(object? state)
    {
        if (state is not PythonTuple { Count: >= 2 } tuple || tuple[1] is not ("<" or ">" or "|" or "="))
            throw new PickleException("a NumPy type without its byte order");

        _bigEndian = tuple[1] is ">";
    }

    /// <summary>The number in an element's bytes.</summary>
    /// <exception cref="PickleException">There are more or fewer bytes than an element has.</exception>
    public object ReadScalar(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != ElementBytes)
            throw new PickleException($"{bytes.Length} bytes for a NumPy number of {ElementBytes}");

        Span<byte> little = stackalloc byte[8];
        bytes.CopyTo(little);
        if (_bigEndian)
            little[..bytes.Length].Reverse();

        return Code switch
        {
            "b1" => little[0] != 0,
            "i1" => (long)(sbyte)little[0],
            "i2" => (long)BinaryPrimitives.ReadInt16LittleEndian(little),
            "i4" => (long)BinaryPrimitives.ReadInt32LittleEndian(little),
            "i8" => BinaryPrimitives.ReadInt64LittleEndian(little),
            "f2" => (double)BinaryPrimitives.ReadHalfLittleEndian(little),
            "f4" => (double)BinaryPrimitives.ReadSingleLittleEndian(little),
            "f8" => BinaryPrimitives.ReadDoubleLittleEndian(little),
            _ => ReadUnsigned(little),
        };
    }

    /// <summary>The bytes of an array's elements, each in little-endian order.</summary>
    public byte[] ToLittleEndian(byte[] bytes)
    {
        if (!_bigEndian)
            return bytes;

        var little = (byte[])bytes.Clone();
        for (var i = 0; i < little.Length; i += ElementBytes)
            little.AsSpan(i, ElementBytes).Reverse();

        return little;
    }

    /// <summary>The bytes that a text of characters below 256 stands for.</summary>
    /// <exception cref="PickleException">A character is above 255.</exception>
    public static byte[] RawBytes(string text) => text.All(c => c <= 0xFF)
        ? Encoding.Latin1.GetBytes(text)
        : throw new PickleException("a text that stands for bytes has a character above 255");

    /// <inheritdoc/>
    public override string ToString() => $"the NumPy type {Code}";

    private static object ReadUnsigned(ReadOnlySpan<byte> little)
    {
        var value = BinaryPrimitives.ReadInt64LittleEndian(little);
        if (value >= 0)
            return value;

        return (BigInteger)BinaryPrimitives.ReadUInt64LittleEndian(little);
    }
}
