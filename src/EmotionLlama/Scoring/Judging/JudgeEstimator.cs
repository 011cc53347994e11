using EmotionLlama.Configuration;
using EmotionLlama.Endpoints;

namespace EmotionLlama.Scoring.Judging;

/// <summary>Adds up the calls that pairs would take, each question once.</summary>
/// <param name="rubric">The questions.</param>
/// <param name="calls">Knows which have an answer.</param>
/// <param name="recipe">The prices.</param>
/// <param name="wanted">The scores to ask for.</param>
internal sealed class JudgeEstimator(JudgeRubric rubric, EndpointCalls calls, JudgeRecipe recipe, JudgedScores wanted)
{
    // Stand for emotions that nobody has read out of a description yet.
    private static readonly string[] UnknownEmotions = ["disappointed", "worried", "angry"];

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int _calls;
    private int _cached;
    private long _promptTokens;
    private long _answerTokens;

    /// <summary>Adds up the calls of pairs.</summary>
    public JudgeEstimate Run(IEnumerable<DescriptionPair> pairs)
    {
        foreach (var pair in pairs)
        {
            if (wanted.HasFlag(JudgedScores.ClueOverlap))
                Try(() => Add(rubric.ClueOverlap(pair)));
            if (wanted.HasFlag(JudgedScores.LabelOverlap))
                Try(() => AddLabels(pair));
        }

        return new JudgeEstimate
        {
            Calls = _calls,
            Cached = _cached,
            PromptTokens = _promptTokens,
            AnswerTokens = _answerTokens,
            Cost = UsageMeter.Price(recipe, _promptTokens, _answerTokens),
        };
    }

    private static void Try(Action add)
    {
        try
        {
            add();
        }
        catch (UnjudgeableException)
        {
            // Takes no call.
        }
    }

    private void AddLabels(DescriptionPair pair)
    {
        var truth = Emotions(pair.Truth);
        var prediction = Emotions(pair.Prediction);
        if (rubric.LabelOverlap(truth ?? UnknownEmotions, prediction ?? UnknownEmotions) is not { } question)
            return;

        // Two pairs whose emotions are unknown may turn out to be one question, but are counted as two.
        if (truth is not null && prediction is not null)
            Add(question);
        else if (_seen.Add($"{pair.Truth.Reason}\0{pair.Prediction.Reason}"))
            Count(question);
    }

    private IReadOnlyList<string>? Emotions(EmotionDescription description)
    {
        if (rubric.Emotions(description) is not { } question)
            return description.Labels ?? [];

        Add(question);
        return calls.TryRecall(question, out var emotions) ? emotions : null;
    }

    private void Add<T>(Question<T>? question)
    {
        if (question is null || !_seen.Add(calls.KeyOf(question)))
            return;

        if (calls.TryRecall(question, out _))
            _cached++;
        else
            Count(question);
    }

    private void Count<T>(Question<T> question)
    {
        _calls++;
        _promptTokens += TokenEstimate.OfMessage(question.Text)
            + TokenEstimate.OfText(question.Format.Schema?.GetRawText() ?? "");
        _answerTokens += question.Format.TypicalTokens;
    }
}
