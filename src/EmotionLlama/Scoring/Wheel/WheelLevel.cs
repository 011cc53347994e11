namespace EmotionLlama.Scoring.Wheel;

/// <summary>How fine the groups of a wheel are.</summary>
public enum WheelLevel
{
    /// <summary>Level 1: the inner ring, a handful of groups.</summary>
    Coarse = 1,

    /// <summary>Level 2: the ring around it, some dozens of groups.</summary>
    Fine = 2,
}
