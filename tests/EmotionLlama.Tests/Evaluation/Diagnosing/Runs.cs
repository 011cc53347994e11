using EmotionLlama.Monitoring;

namespace EmotionLlama.Tests.Evaluation.Diagnosing;

/// <summary>Evaluations of runs that never were.</summary>
internal static class Runs
{
    public static AnswerStatistics GoodTexts { get; } = new()
    {
        WithoutClue = 0.05,
        Words = 40,
        ExpectedWords = 45,
        Distinct1 = 0.3,
        Distinct2 = 0.6,
        ExpectedDistinct1 = 0.3,
        ExpectedDistinct2 = 0.7,
    };

    /// <summary>A run that goes well: both losses fall, answers are rich and steady.</summary>
    public static IReadOnlyList<ValidationMetrics> Healthy { get; } =
        Of((3, 3.1), (2.5, 2.4), (2.2, 2), (2.1, 1.8), (2.05, 1.7));

    /// <summary>A run that learns its clips by heart from the third epoch on.</summary>
    public static IReadOnlyList<ValidationMetrics> Overfitted { get; } =
        Of((3, 3.1), (2.5, 2.4), (2.2, 2), (2.25, 1.5), (2.4, 1), (2.6, 0.5));

    /// <summary>A run with good answers, by its held-out and training losses; the first is from before training.</summary>
    public static IReadOnlyList<ValidationMetrics> Of(params (double HeldOut, double Training)[] losses) =>
    [
        .. losses.Select((loss, i) => new ValidationMetrics(10 * i, Math.Max(i - 1, 0), loss.HeldOut)
        {
            TrainingLoss = i > 0 ? loss.Training : null,
            Answers = 20,
            Texts = GoodTexts,
            ClueSpread = 0.6,
            LabelSpread = 0.8,
        }),
    ];

    /// <summary>A run whose evaluations from one on are changed.</summary>
    public static IReadOnlyList<ValidationMetrics> From(
        this IReadOnlyList<ValidationMetrics> run, int first, Func<ValidationMetrics, ValidationMetrics> change) =>
        [.. run.Select((at, i) => i < first ? at : change(at))];
}
