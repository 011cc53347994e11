using EmotionLlama.Endpoints;

namespace EmotionLlama.Scoring.Judging;

/// <summary>Scores pairs, each by itself.</summary>
/// <param name="rubric">The questions.</param>
/// <param name="calls">Whom they are put to.</param>
/// <param name="wanted">The scores to ask for.</param>
internal sealed class PairJudge(JudgeRubric rubric, EndpointCalls calls, JudgedScores wanted)
{
    /// <summary>Scores a pair, or says why not.</summary>
    /// <exception cref="InputException">No pair can be scored, or the cache cannot be written.</exception>
    public async Task<PairScore> ScoreAsync(DescriptionPair pair, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        var clues = await TryAsync(JudgedScores.ClueOverlap, "clue overlap", ClueOverlapAsync).ConfigureAwait(false);
        var labels = await TryAsync(JudgedScores.LabelOverlap, "label overlap", LabelOverlapAsync)
            .ConfigureAwait(false);
        return new PairScore
        {
            Name = pair.Name,
            ClueOverlap = clues,
            LabelOverlap = labels,
            Failure = failures.Count > 0 ? string.Join("; ", failures) : null,
        };

        async Task<double?> TryAsync(
            JudgedScores score, string name, Func<DescriptionPair, CancellationToken, Task<double>> judge)
        {
            if (!wanted.HasFlag(score))
                return null;

            try
            {
                return await judge(pair, cancellationToken).ConfigureAwait(false);
            }
            catch (EndpointException error) when (error.Problem == CallProblem.Fatal)
            {
                throw new InputException(error.Message, error);
            }
            catch (Exception error) when (error is EndpointException or UnjudgeableException)
            {
                failures.Add($"{name}: {error.Message}");
            }
            catch (UnreadableAnswerException error)
            {
                failures.Add($"{name}: the judge's answer cannot be used: {error.Message}");
            }

            return null;
        }
    }

    private async Task<double> ClueOverlapAsync(DescriptionPair pair, CancellationToken cancellationToken) =>
        rubric.ClueOverlap(pair) is { } question
            ? await calls.AskAsync(question, cancellationToken).ConfigureAwait(false)
            : 0;

    private async Task<double> LabelOverlapAsync(DescriptionPair pair, CancellationToken cancellationToken)
    {
        var truth = await EmotionsAsync(pair.Truth, cancellationToken).ConfigureAwait(false);
        var prediction = await EmotionsAsync(pair.Prediction, cancellationToken).ConfigureAwait(false);
        return rubric.LabelOverlap(truth, prediction) is { } question
            ? await calls.AskAsync(question, cancellationToken).ConfigureAwait(false)
            : 0;
    }

    private async Task<IReadOnlyList<string>> EmotionsAsync(
        EmotionDescription description, CancellationToken cancellationToken) =>
        rubric.Emotions(description) is { } question
            ? await calls.AskAsync(question, cancellationToken).ConfigureAwait(false)
            : description.Labels ?? [];
}
