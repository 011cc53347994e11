namespace EmotionLlama.Configuration;

/// <summary>What a sample that cannot be read does to a run.</summary>
public enum OnBadSample
{
    /// <summary>Ends the run with the sample's name.</summary>
    Stop,

    /// <summary>The next sample takes its place; it is counted and listed.</summary>
    Skip,
}
