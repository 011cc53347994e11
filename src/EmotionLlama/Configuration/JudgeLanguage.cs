namespace EmotionLlama.Configuration;

/// <summary>The language in which a judge is asked.</summary>
public enum JudgeLanguage
{
    /// <summary>English.</summary>
    English,

    /// <summary>Chinese, as for the Chinese EMER descriptions.</summary>
    Chinese,
}
