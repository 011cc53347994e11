namespace EmotionLlama.Datasets.Curriculum;

/// <summary>Where a sample stands in a curriculum.</summary>
/// <param name="Block">The block, counted from 0.</param>
/// <param name="Place">Its place in the block's order, counted from 0.</param>
/// <param name="Clips">The clips that the block draws from: so many of the easiest.</param>
public readonly record struct CurriculumPlace(long Block, int Place, int Clips);
