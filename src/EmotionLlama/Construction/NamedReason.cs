namespace EmotionLlama.Construction;

/// <summary>A clip that is not in the data set.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Reason">Why, in one line.</param>
/// <param name="Kind">The kind of reason; null for a failure.</param>
public sealed record NamedReason(string Name, string Reason, DropReason? Kind = null);
