using System.Globalization;
using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Evaluation.Diagnosing;

/// <summary>Finds answers that name no clue, are far shorter than the annotations, or all alike.</summary>
internal static class GenericAnswers
{
    private const string ReasoningTask = "reason_v2";

    public static Finding Judge(IReadOnlyList<ValidationMetrics> trained, Recipe recipe)
    {
        if (trained is not [.., { Texts: { } texts }])
        {
            return new Finding
            {
                Trouble = Trouble.GenericAnswers,
                State = FindingState.NotMeasured,
                Summary = "no answers about held-out clips; set run.eval_clips: 20",
            };
        }

        var length = Share(texts.Words, texts.ExpectedWords);
        var diversity = Share(texts.Distinct2, texts.ExpectedDistinct2);
        var withoutClue = texts.WithoutClue > DiagnosisLimits.WithoutClue;
        var tooShort = length < DiagnosisLimits.Length;
        var alike = diversity < DiagnosisLimits.Diversity;
        var found = withoutClue || tooShort || alike;
        return new Finding
        {
            Trouble = Trouble.GenericAnswers,
            State = found ? FindingState.Found : FindingState.Absent,
            Summary = Summary(texts),
            Figures =
            [
                .. texts.WithoutClue is { } share
                    ? [new Figure("share of answers without a clue", share, DiagnosisLimits.WithoutClue, withoutClue)]
                    : Array.Empty<Figure>(),
                new Figure("length beside the annotations'", length, DiagnosisLimits.Length, tooShort),
                new Figure("words of an answer", texts.Words),
                new Figure("words of an annotation", texts.ExpectedWords),
                new Figure("distinct-2 beside the annotations'", diversity, DiagnosisLimits.Diversity, alike),
                new Figure("distinct-1", texts.Distinct1),
                new Figure("distinct-2", texts.Distinct2),
                new Figure("distinct-2 of the annotations", texts.ExpectedDistinct2),
            ],
            Advice = found ? [.. Advise(recipe)] : [],
        };
    }

    private static string Summary(AnswerStatistics texts)
    {
        var clues = texts.WithoutClue is { } share
            ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} % of the answers name no clue; ")
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{clues}they have {texts.Words:0} words where the "
            + $"annotations have {texts.ExpectedWords:0}, and {texts.Distinct2:0.00} distinct-2 where those have "
            + $"{texts.ExpectedDistinct2:0.00}");
    }

    /// <summary>The guide's: a lower rate, more epochs, the right captions and the right task.</summary>
    private static IEnumerable<Advice> Advise(Recipe recipe)
    {
        foreach (var (name, data) in recipe.Datasets)
        {
            if (data.TaskPool.GetValueOrDefault(ReasoningTask) == 0)
                yield return Advice.Set($"datasets.{name}.task_pool", WithReasoning(data.TaskPool));
        }

        yield return RunAdvice.LowerRate(recipe.Run);
        yield return RunAdvice.MoreEpochs(recipe.Run);
        yield return new Advice("look at the captions in the data report of train --dry-run");
    }

    private static string WithReasoning(IReadOnlyDictionary<string, double> pool)
    {
        var weights = pool.Where(task => task.Key != ReasoningTask).Append(new(ReasoningTask, 1)).Select(task =>
            string.Create(CultureInfo.InvariantCulture, $"{task.Key}: {task.Value}"));
        return $"{{{string.Join(", ", weights)}}}";
    }

    /// <summary>A part of a whole; 1 where the whole is nothing.</summary>
    private static double Share(double part, double whole) => whole > 0 ? part / whole : 1;
}
