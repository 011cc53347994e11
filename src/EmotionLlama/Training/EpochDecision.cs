namespace EmotionLlama.Training;

/// <summary>What happens after an epoch.</summary>
public enum EpochDecision
{
    /// <summary>The next epoch begins.</summary>
    GoOn,

    /// <summary>The run ends here.</summary>
    Stop,
}
