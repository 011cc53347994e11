using EmotionLlama.Evaluation;
using EmotionLlama.Evaluation.Diagnosing;
using EmotionLlama.Monitoring;
using EmotionLlama.Scoring;

namespace EmotionLlama.Workflows;

/// <summary>Scores answers about held-out clips without a judge.</summary>
/// <param name="score">Scores a description; clue and label overlap from 0 to 10, null where the truth has
/// none.</param>
internal sealed class HeldOutScores(Func<DescriptionPair, PairScore> score)
{
    /// <summary>Adds the figures of some answers to a measurement.</summary>
    public ValidationMetrics AddTo(ValidationMetrics metrics, IReadOnlyList<HeldOutAnswer> answers)
    {
        if (answers.Count == 0)
            return metrics;

        var labels = ClipEvaluation.Score(answers.Select(answer => new ClipPrediction(
            answer.Clip, answer.Emotion, EmotionLabelParser.Parse(answer.Answer), answer.Answer)));
        var scores = answers.Select(answer => Score(answer, answer.Answer)).ToList();
        var samples = answers
            .Select(answer => answer.Samples.Select(sample => Score(answer, sample)).ToList())
            .ToList();
        return metrics with
        {
            Answers = answers.Count,
            Accuracy = labels.Accuracy.Value,
            Waf = labels.WeightedF1,
            ClueOverlap = scores.Average(one => one.ClueOverlap),
            LabelOverlap = scores.Average(one => one.LabelOverlap),
            ClueSpread = samples.Average(clip => Deviation(clip.Select(one => one.ClueOverlap))),
            LabelSpread = samples.Average(clip => Deviation(clip.Select(one => one.LabelOverlap))),
            Texts = AnswerTexts.Measure([.. answers.Select(one => (one.Answer, one.Expected))], MentionsClue),
        };
    }

    private PairScore Score(HeldOutAnswer truth, string answer) => Score(truth.Clip, truth.Expected, answer);

    private PairScore Score(string clip, string truth, string answer) => score(new DescriptionPair(
        new EmotionDescription { Name = clip, Reason = truth },
        new EmotionDescription { Name = clip, Reason = answer }));

    /// <summary>A truth without a clue has no clue overlap, not even with itself.</summary>
    private bool MentionsClue(string text) => Score("", text, text).ClueOverlap is not null;

    /// <summary>The standard deviation of a sample, <c>√(Σ (x − x̄)² / (n − 1))</c>; null below two values.</summary>
    private static double? Deviation(IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>()];
        if (known.Length < 2)
            return null;

        var mean = known.Average();
        return Math.Sqrt(known.Sum(value => (value - mean) * (value - mean)) / (known.Length - 1));
    }
}
