namespace EmotionLlama.Datasets;

/// <summary>Which sample to read, and with which random draws.</summary>
/// <param name="Dataset">The data set, as its place in the order's list.</param>
/// <param name="Index">The clip, as its place in the data set.</param>
/// <param name="DrawSeed">Fixes the task, the instruction and the augmentation of this reading.</param>
public readonly record struct SampleReference(int Dataset, int Index, ulong DrawSeed);
