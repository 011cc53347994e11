namespace EmotionLlama.Evaluation.Diagnosing;

/// <summary>What is known of a trouble.</summary>
public enum FindingState
{
    /// <summary>Nothing: what it shows in was not measured.</summary>
    NotMeasured,

    /// <summary>It is not there.</summary>
    Absent,

    /// <summary>It is there.</summary>
    Found,
}
