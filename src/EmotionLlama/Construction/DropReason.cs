namespace EmotionLlama.Construction;

/// <summary>Why a clip was left out.</summary>
public enum DropReason
{
    /// <summary>The face speaks for no emotion, or not clearly.</summary>
    Unlabeled,

    /// <summary>A model refused.</summary>
    Refusal,

    /// <summary>Clues contradict each other, or the conclusion is another emotion than the face's.</summary>
    Contradiction,

    /// <summary>A caption is too short.</summary>
    TooShort,

    /// <summary>A caption is too long.</summary>
    TooLong,

    /// <summary>The caption is the same as an earlier clip's, or nearly.</summary>
    Duplicate,
}
