namespace EmotionLlama.Datasets;

/// <summary>A clip whose frame or feature is missing or cannot be read.</summary>
/// <param name="Clip">The clip's name.</param>
/// <param name="Problem">What is wrong with which file, in one line.</param>
public sealed record FileProblem(string Clip, string Problem);
