using System.Runtime.CompilerServices;
using EmotionLlama.Scoring.Clues;
using EmotionLlama.Scoring.Wheel;

namespace EmotionLlama.Scoring;

/// <summary>Scores descriptions without a judge: clues by a lexicon, emotions on wheels. The same texts always get the
/// same scores. They are not comparable with the figures of a GPT judge.</summary>
/// <param name="wheels">The wheels for the emotions; the project's own where null.</param>
public sealed class LexiconScorer(EmotionWheels? wheels = null) : IPairScorer
{
    private readonly EmotionWheels _wheels = wheels ?? EmotionWheels.BuiltIn;

    /// <inheritdoc/>
    public string Name => "lexicon";

    /// <summary>Scores one pair. A score is null where the truth names no clue or no emotion; a description that is
    /// empty scores 0.</summary>
    public PairScore Score(DescriptionPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        var clues = ClueOverlap.Measure(pair.Truth.Reason, pair.Prediction.Reason).Score;
        var labels = LabelOverlap.Measure(pair.Truth, pair.Prediction, _wheels).Score;
        return new() { Name = pair.Name, ClueOverlap = clues, LabelOverlap = labels, Failure = Why(clues, labels) };
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<PairScore> ScoreAsync(
        IReadOnlyList<DescriptionPair> pairs, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        foreach (var pair in pairs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Score(pair);
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    private static string? Why(double? clues, double? labels) => (clues, labels) switch
    {
        (null, null) => "the truth names no clue and no emotion of the lexicon",
        (null, _) => "the truth names no clue of the lexicon",
        (_, null) => "the truth names no emotion of the wheels",
        _ => null,
    };
}
