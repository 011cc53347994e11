namespace EmotionLlama.Configuration;

/// <summary>Whether samples carry their annotated captions.</summary>
public enum CaptionUse
{
    /// <summary>Answers are the captions: training.</summary>
    Use,

    /// <summary>Answers are empty: testing.</summary>
    Empty,
}
