namespace EmotionLlama.Configuration;

/// <summary>What happens to the optimizer's state where a sub-stage begins.</summary>
public enum StageOptimizer
{
    /// <summary>AdamW's moments and its count of steps go on.</summary>
    Keep,

    /// <summary>AdamW starts anew, as if from a checkpoint's weights alone.</summary>
    Reset,
}
