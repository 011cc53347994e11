namespace EmotionLlama.Datasets.Vision;

/// <summary>An output in a vision cache.</summary>
/// <param name="Place">Its place in the data file, counted in outputs.</param>
/// <param name="Checksum">XXH3 of its bytes.</param>
internal readonly record struct VisionEntry(int Place, ulong Checksum);
