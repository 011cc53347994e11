namespace EmotionLlama.Media;

/// <summary>The content of a NumPy <c>.npy</c> file.</summary>
/// <param name="Shape">The sizes of the dimensions; empty for a single number.</param>
/// <param name="Values">The numbers in C order: the last dimension runs fastest.</param>
public sealed record NpyArray(IReadOnlyList<long> Shape, float[] Values);
