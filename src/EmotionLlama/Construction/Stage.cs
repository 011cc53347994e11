namespace EmotionLlama.Construction;

/// <summary>What a model is asked for.</summary>
public enum Stage
{
    /// <summary>What the peak frame shows.</summary>
    Vision,

    /// <summary>How the voice sounds.</summary>
    Audio,

    /// <summary>What all clues add up to.</summary>
    Text,
}
