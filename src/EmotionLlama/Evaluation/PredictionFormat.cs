namespace EmotionLlama.Evaluation;

/// <summary>The columns of a CSV file of predictions.</summary>
public enum PredictionFormat
{
    /// <summary><c>name,reason,label</c>: the clip, the answer, and the emotion that it names, empty for none.</summary>
    Default,

    /// <summary><c>names,chi_reasons</c>, as the original project writes and the scorers of EMER read.</summary>
    Original,
}
