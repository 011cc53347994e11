namespace EmotionLlama.Workflows;

/// <summary>Who scores descriptions besides the lexicon.</summary>
public enum JudgeKind
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>A language model at an OpenAI-compatible endpoint.</summary>
    Llm,

    /// <summary>The recipe's own model.</summary>
    Own,
}
