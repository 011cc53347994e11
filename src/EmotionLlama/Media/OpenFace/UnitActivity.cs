namespace EmotionLlama.Media.OpenFace;

/// <summary>One action unit of a face in one frame.</summary>
/// <param name="Unit">Its number in the Facial Action Coding System: 12 for <c>AU12</c>.</param>
/// <param name="Intensity">How strong it is, from 0 to 5; null where the table does not say.</param>
/// <param name="Present">Whether it is there; null where the table does not say.</param>
public readonly record struct UnitActivity(int Unit, float? Intensity, bool? Present);
