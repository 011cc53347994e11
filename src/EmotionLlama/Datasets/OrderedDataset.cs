using EmotionLlama.Datasets.Curriculum;

namespace EmotionLlama.Datasets;

/// <summary>What an order needs to know about a data set.</summary>
/// <param name="Count">Clips in the data set.</param>
/// <param name="BatchSize">Samples of a micro-batch.</param>
/// <param name="SampleRatio">How often micro-batches come from this data set, relative to the others.</param>
/// <param name="Curriculum">Which clips come early; null draws from all throughout.</param>
public sealed record OrderedDataset(
    int Count, int BatchSize = 1, double SampleRatio = 1, ClipCurriculum? Curriculum = null);
