namespace EmotionLlama.Construction;

/// <summary>The annotated clips of a data set, and what became of the others.</summary>
/// <param name="Clips">The clips, in the order they were given.</param>
/// <param name="Report">The figures.</param>
public sealed record BuiltDataset(IReadOnlyList<BuiltClip> Clips, ConstructionReport Report);
