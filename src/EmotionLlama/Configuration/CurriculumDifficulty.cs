namespace EmotionLlama.Configuration;

/// <summary>What makes a sample difficult in a curriculum.</summary>
public enum CurriculumDifficulty
{
    /// <summary>No curriculum: samples are drawn in random order throughout.</summary>
    None,

    /// <summary>How many of face, voice and words the clip has, not withheld, and its caption speaks of.</summary>
    Modalities,

    /// <summary>The number of different clues its caption tells.</summary>
    Clues,

    /// <summary>The number of words of its caption.</summary>
    Length,

    /// <summary>The model's own loss before the first step, on the answer to the task with the highest
    /// weight.</summary>
    Loss,
}
