namespace EmotionLlama.Runtime;

/// <summary>A program that this project runs.</summary>
/// <param name="Path">Where it was found.</param>
/// <param name="Version">The version it prints; empty where it prints none.</param>
public sealed record ProgramReport(string Path, string Version);
