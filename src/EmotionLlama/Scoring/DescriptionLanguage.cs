namespace EmotionLlama.Scoring;

/// <summary>The language of the descriptions to read from files that have both.</summary>
public enum DescriptionLanguage
{
    /// <summary>English.</summary>
    English,

    /// <summary>Chinese.</summary>
    Chinese,
}
