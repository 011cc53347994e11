namespace EmotionLlama.Construction;

/// <summary>Why a clip was left out on purpose.</summary>
/// <param name="Reason">The kind of reason.</param>
/// <param name="Detail">The reason in one line.</param>
public sealed record ClipDrop(DropReason Reason, string Detail);
