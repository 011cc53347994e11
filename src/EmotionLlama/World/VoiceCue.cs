namespace EmotionLlama.World;

/// <summary>How the voice of a clip sounds.</summary>
public enum VoiceCue
{
    /// <summary>Loud, high, fast and bright.</summary>
    Lively,

    /// <summary>Soft, low, slow and trembling.</summary>
    Subdued,
}
