namespace EmotionLlama.Configuration;

/// <summary>How the loss of an optimizer step is averaged.</summary>
public enum LossNormalization
{
    /// <summary>Over all answer tokens of the step, so that batch size and accumulation do not change the
    /// gradient.</summary>
    Token,

    /// <summary>Over the answer tokens of each micro-batch, then over the micro-batches, as the original project
    /// does.</summary>
    Sample,
}
