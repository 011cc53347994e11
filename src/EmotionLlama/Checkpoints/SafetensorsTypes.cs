using System.Collections.Frozen;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>The data types of the safetensors format.</summary>
internal static class SafetensorsTypes
{
    /// <summary>By name: the size of an element in bytes, and the type here; null where there is none.</summary>
    public static FrozenDictionary<string, (int Bytes, ScalarType? Type)> ByName { get; } =
        new Dictionary<string, (int, ScalarType?)>
        {
            ["F64"] = (8, ScalarType.Float64),
            ["F32"] = (4, ScalarType.Float32),
            ["F16"] = (2, ScalarType.Float16),
            ["BF16"] = (2, ScalarType.BFloat16),
            ["I64"] = (8, ScalarType.Int64),
            ["I32"] = (4, ScalarType.Int32),
            ["I16"] = (2, ScalarType.Int16),
            ["I8"] = (1, ScalarType.Int8),
            ["U8"] = (1, ScalarType.Byte),
            ["BOOL"] = (1, ScalarType.Bool),
            ["C64"] = (8, ScalarType.ComplexFloat32),
            ["U64"] = (8, null),
            ["U32"] = (4, null),
            ["U16"] = (2, null),
            ["F8_E4M3"] = (1, null),
            ["F8_E5M2"] = (1, null),
            ["F8_E8M0"] = (1, null),
        }.ToFrozenDictionary();

    private static readonly FrozenDictionary<ScalarType, string> Names =
        ByName.Where(pair => pair.Value.Type is not null)
            .ToFrozenDictionary(pair => pair.Value.Type!.Value, pair => pair.Key);

    /// <summary>The format's name of a type.</summary>
    /// <exception cref="ArgumentException">The format has none.</exception>
    public static string NameOf(ScalarType type) => Names.TryGetValue(type, out var name)
        ? name
        : throw new ArgumentException($"safetensors has no name for tensors of type {type}", nameof(type));
}
