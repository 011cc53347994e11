namespace EmotionLlama.Tokenization;

/// <summary>What a stretch of a tokenized sample is.</summary>
public enum PromptSegmentKind
{
    /// <summary>Words of the prompt, which the loss leaves out.</summary>
    Prompt,

    /// <summary>Embeddings of the picture or the features.</summary>
    Inserted,

    /// <summary>The answer, which the model learns.</summary>
    Learned,
}
