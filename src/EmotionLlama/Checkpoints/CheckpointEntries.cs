namespace EmotionLlama.Checkpoints;

/// <summary>Names of entries in checkpoints of ours that the original does not have.</summary>
internal static class CheckpointEntries
{
    /// <summary>All that a run needs beside weights and moments to go on exactly where it stopped.</summary>
    public const string ResumeState = "emotion_llama_state";

    /// <summary>What an average was made of.</summary>
    public const string Average = "emotion_llama_average";
}
