namespace EmotionLlama.World;

/// <summary>The three cues of a clip, one for each modality.</summary>
/// <param name="Face">What the face shows.</param>
/// <param name="Voice">How the voice sounds.</param>
/// <param name="Words">What the line is about.</param>
public readonly record struct CueCombination(FaceCue Face, VoiceCue Voice, WordsCue Words);
