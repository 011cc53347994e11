namespace EmotionLlama.Runtime;

/// <summary>The processor.</summary>
/// <param name="Model">Its name as the maker gives it.</param>
/// <param name="Cores">Logical cores that this process may use.</param>
/// <param name="InstructionSets">Those that matter for speed, of <c>AVX2</c>, <c>FMA</c>, <c>AVX512F</c>,
/// <c>AVX512_BF16</c>, <c>AMX_BF16</c>, <c>AMX_INT8</c> and <c>NEON</c>.</param>
public sealed record CpuReport(string Model, int Cores, IReadOnlyList<string> InstructionSets);
