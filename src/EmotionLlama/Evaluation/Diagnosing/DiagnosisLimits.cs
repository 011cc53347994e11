namespace EmotionLlama.Evaluation.Diagnosing;

/// <summary>Where trouble begins. The limits compare a run with its own annotations and its own past, so that they do
/// not depend on the data.</summary>
public static class DiagnosisLimits
{
    /// <summary>Share of answers without a clue, among clips whose annotation has one.</summary>
    public const double WithoutClue = 0.3;

    /// <summary>Mean length of an answer, as a share of the annotations'.</summary>
    public const double Length = 0.5;

    /// <summary>Distinct-2 of the answers, as a share of the annotations'. Half of it is the same phrases about clips that
    /// are described in different ones.</summary>
    public const double Diversity = 0.5;

    /// <summary>Rise of the held-out loss above its lowest value: the generalization loss GL₅ of L. Prechelt, "Early
    /// Stopping – But When?", 1998.</summary>
    public const double Rise = 0.05;

    /// <summary>Evaluations since the lowest held-out loss. One alone may be noise.</summary>
    public const int EvaluationsSince = 2;

    /// <summary>Standard deviation of a clip's clue overlap over temperature samples: all that lies between the
    /// published systems, 6.42 to 7.83.</summary>
    public const double ClueSpread = 7.83 - 6.42;

    /// <summary>The same of the label overlap: 3.94 to 6.25.</summary>
    public const double LabelSpread = 6.25 - 3.94;
}
