namespace EmotionLlama.Datasets;

/// <summary>What augmentation does to a picture.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Random">Where the draws of a change go on.</param>
internal readonly record struct ImageChange(ImageChangeKind Kind, SplitMix64 Random);
