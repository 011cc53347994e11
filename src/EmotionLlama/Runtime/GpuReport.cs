namespace EmotionLlama.Runtime;

/// <summary>An NVIDIA GPU as its driver describes it.</summary>
/// <param name="Name">The product name.</param>
/// <param name="MemoryBytes">All of its memory, in bytes.</param>
/// <param name="ComputeCapability">What its kernels can use, such as <c>9.0</c>; bfloat16 needs 8.0.</param>
public sealed record GpuReport(string Name, long MemoryBytes, string ComputeCapability);
