using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>One tensor as a safetensors header describes it.</summary>
/// <param name="TypeName">The format's name of the data type, such as <c>BF16</c>.</param>
/// <param name="Type">The data type; null where libtorch's binding has none for it.</param>
/// <param name="Shape">The size of each dimension.</param>
/// <param name="Offset">Where the values start in the file.</param>
/// <param name="ByteCount">The size of the values.</param>
internal sealed record SafetensorsEntry(
    string TypeName, ScalarType? Type, long[] Shape, long Offset, long ByteCount);
