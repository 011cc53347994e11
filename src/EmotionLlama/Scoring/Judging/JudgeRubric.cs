using EmotionLlama.Endpoints;

namespace EmotionLlama.Scoring.Judging;

/// <summary>The questions about a pair of descriptions. Some pairs need none: a prediction that says nothing has
/// nothing in common with any truth.</summary>
/// <param name="prompts">The prompts.</param>
internal sealed class JudgeRubric(JudgePrompts prompts)
{
    /// <summary>How far the clues overlap; null where the prediction says nothing.</summary>
    /// <exception cref="UnjudgeableException">There is no text to compare.</exception>
    public Question<double>? ClueOverlap(DescriptionPair pair)
    {
        if (string.IsNullOrWhiteSpace(pair.Truth.Reason))
            throw new UnjudgeableException("the truth has no description");
        if (!string.IsNullOrWhiteSpace(pair.Prediction.Reason))
            return new(
                prompts.ClueOverlap.Fill(("truth", pair.Truth.Reason), ("prediction", pair.Prediction.Reason)),
                AnswerFormats.ClueOverlap);

        return pair.Prediction.Labels is { Count: > 0 }
            ? throw new UnjudgeableException("the prediction has labels, but no description")
            : null;
    }

    /// <summary>Which emotions a description names; null where that is known.</summary>
    public Question<IReadOnlyList<string>>? Emotions(EmotionDescription description) =>
        description.Labels is null && !string.IsNullOrWhiteSpace(description.Reason)
            ? new(prompts.Emotions.Fill(("description", description.Reason)), AnswerFormats.Emotions)
            : null;

    /// <summary>How far emotions overlap; null where the prediction has none.</summary>
    /// <exception cref="UnjudgeableException">The truth has none.</exception>
    public Question<double>? LabelOverlap(IReadOnlyList<string> truth, IReadOnlyList<string> prediction)
    {
        if (truth.Count == 0)
            throw new UnjudgeableException("the truth names no emotion");
        if (prediction.Count == 0)
            return null;

        return new(
            prompts.LabelOverlap.Fill(("truth", Join(truth)), ("prediction", Join(prediction))),
            AnswerFormats.LabelOverlap);
    }

    private string Join(IEnumerable<string> emotions) => string.Join(prompts.ListSeparator, emotions);
}
