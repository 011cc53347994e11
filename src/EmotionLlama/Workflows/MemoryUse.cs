namespace EmotionLlama.Workflows;

/// <summary>What a run takes memory for.</summary>
internal enum MemoryUse
{
    /// <summary>Reading a model.</summary>
    Loading,

    /// <summary>Steps of training, and the evaluations between them.</summary>
    Training,

    /// <summary>Writing answers.</summary>
    Answering,
}
