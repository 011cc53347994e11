using System.Collections.Frozen;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>PyTorch's names of data types, and their sizes.</summary>
internal static class TorchTypes
{
    private static readonly (ScalarType Type, string Storage, string Name, int Bytes)[] Known =
    [
        (ScalarType.Float64, "DoubleStorage", "float64", 8),
        (ScalarType.Float32, "FloatStorage", "float32", 4),
        (ScalarType.Float16, "HalfStorage", "float16", 2),
        (ScalarType.BFloat16, "BFloat16Storage", "bfloat16", 2),
        (ScalarType.Int64, "LongStorage", "int64", 8),
        (ScalarType.Int32, "IntStorage", "int32", 4),
        (ScalarType.Int16, "ShortStorage", "int16", 2),
        (ScalarType.Int8, "CharStorage", "int8", 1),
        (ScalarType.Byte, "ByteStorage", "uint8", 1),
        (ScalarType.Bool, "BoolStorage", "bool", 1),
        (ScalarType.ComplexFloat32, "ComplexFloatStorage", "complex64", 8),
        (ScalarType.ComplexFloat64, "ComplexDoubleStorage", "complex128", 16),
    ];

    private static readonly FrozenDictionary<ScalarType, (string Storage, string Name, int Bytes)> ByType =
        Known.ToFrozenDictionary(known => known.Type, known => (known.Storage, known.Name, known.Bytes));

    /// <summary>All types that files may hold.</summary>
    public static IEnumerable<ScalarType> All => Known.Select(known => known.Type);

    /// <summary>The class of a storage, such as <c>FloatStorage</c>.</summary>
    /// <exception cref="ArgumentException">The type is one that is not stored, such as a quantized one.</exception>
    public static string StorageName(ScalarType type) => Find(type).Storage;

    /// <summary>The type's name in Python, such as <c>float32</c>.</summary>
    /// <exception cref="ArgumentException">The type is one that is not stored.</exception>
    public static string Name(ScalarType type) => Find(type).Name;

    /// <summary>The size of an element in bytes.</summary>
    /// <exception cref="ArgumentException">The type is one that is not stored.</exception>
    public static int ElementBytes(ScalarType type) => Find(type).Bytes;

    /// <summary>The type of a name in Python; null where files here hold no such type.</summary>
    public static ScalarType? Find(string name) =>
        Known.Where(known => known.Name == name).Select(known => (ScalarType?)known.Type).FirstOrDefault();

    private static (string Storage, string Name, int Bytes) Find(ScalarType type) =>
        ByType.TryGetValue(type, out var found)
            ? found
            : throw new ArgumentException($"tensors of type {type} cannot be stored", nameof(type));
}
