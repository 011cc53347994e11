namespace EmotionLlama.Datasets;

/// <summary>The nine emotion labels of the MERR annotations, in the order of the original project.</summary>
public enum Emotion
{
    /// <summary>neutral</summary>
    Neutral,

    /// <summary>angry</summary>
    Angry,

    /// <summary>happy</summary>
    Happy,

    /// <summary>sad</summary>
    Sad,

    /// <summary>worried</summary>
    Worried,

    /// <summary>surprise</summary>
    Surprise,

    /// <summary>fear</summary>
    Fear,

    /// <summary>contempt</summary>
    Contempt,

    /// <summary>doubt</summary>
    Doubt,
}
