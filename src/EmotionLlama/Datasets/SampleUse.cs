namespace EmotionLlama.Datasets;

/// <summary>What a sample is read for.</summary>
public enum SampleUse
{
    /// <summary>To learn from: with its answer, augmented where the recipe says so.</summary>
    Training,

    /// <summary>To measure the loss on: with its answer, not augmented.</summary>
    Validation,

    /// <summary>To answer about: without an answer, not augmented.</summary>
    Testing,
}
