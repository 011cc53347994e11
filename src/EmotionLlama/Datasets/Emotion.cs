namespace EmotionLlama.Datasets;

/// <summary>The emotion labels: the nine of the MERR annotations in the order of the original project, and what other test
/// sets add. <see cref="LabelSchemes"/> says which belong together.</summary>
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

    /// <summary>disgust; a label of DFEW, not of MERR</summary>
    Disgust,
}
