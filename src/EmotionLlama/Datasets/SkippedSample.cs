namespace EmotionLlama.Datasets;

/// <summary>A clip that could not be read and was replaced by the next one.</summary>
/// <param name="Dataset">The data set's name.</param>
/// <param name="Clip">The clip's name.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record SkippedSample(string Dataset, string Clip, string Reason);
