namespace EmotionLlama.Configuration;

/// <summary>Which emotion labels a test set has.</summary>
public enum LabelScheme
{
    /// <summary>The nine of MERR: neutral, angry, happy, sad, worried, surprise, fear, contempt, doubt.</summary>
    Merr,

    /// <summary>The six of MER2023: neutral, angry, happy, sad, worried, surprise.</summary>
    Mer2023,

    /// <summary>The six of MER2024, as in MER2023.</summary>
    Mer2024,

    /// <summary>The seven of DFEW: happy, sad, neutral, angry, surprise, disgust, fear.</summary>
    Dfew,
}
