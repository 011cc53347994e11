namespace EmotionLlama.Configuration;

/// <summary>What makes a sample difficult in a curriculum.</summary>
public enum CurriculumDifficulty
{
    /// <summary>No curriculum: samples are drawn in random order throughout.</summary>
    None,

    /// <summary>The number of modalities the clip has and its caption speaks of.</summary>
    Modalities,

    /// <summary>The number of clues its caption mentions.</summary>
    Clues,

    /// <summary>The number of words of its caption.</summary>
    Length,

    /// <summary>The model's own loss before the first step.</summary>
    Loss,
}
