namespace EmotionLlama.Evaluation.Diagnosing;

/// <summary>What goes wrong in instruction tuning, after the troubleshooting section of Emotion-LLaMA's guide.</summary>
public enum Trouble
{
    /// <summary>Answers name an emotion without a reason, or say the same about every clip.</summary>
    GenericAnswers,

    /// <summary>The model learns the training clips by heart.</summary>
    Overfitting,

    /// <summary>Answers about one clip differ a lot in quality.</summary>
    InconsistentReasoning,
}
