namespace EmotionLlama.Construction;

/// <summary>How far the work is.</summary>
/// <param name="Name">The clip that was done last.</param>
/// <param name="Done">Clips done.</param>
/// <param name="Count">All clips.</param>
/// <param name="Failed">Clips of them that failed.</param>
/// <param name="Dropped">Clips of them that were left out.</param>
public readonly record struct ConstructionProgress(string Name, int Done, int Count, int Failed, int Dropped);
