using EmotionLlama.Scoring;
using EmotionLlama.Tests.Scoring.Clues;

namespace EmotionLlama.Tests.Scoring;

public sealed class LexiconScorerTests
{
    private static readonly LexiconScorer Scorer = new();

    [Fact]
    public async Task Every_pair_comes_out_once_as_it_scores_alone()
    {
        DescriptionPair[] pairs =
            [.. Texts.World.Take(20).Select((text, index) => Pair($"clip{index}", text, Texts.World[0]))];

        var scores = await Scorer.ScoreAsync(pairs, TestContext.Current.CancellationToken)
            .ToArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal(pairs.Select(Scorer.Score), scores);
        Assert.Equal("lexicon", Scorer.Name);
    }

    [Fact]
    public async Task It_stops_when_asked()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(
            async () => await Scorer.ScoreAsync([Pair("clip", "She nods.", "")], stop.Token)
                .ToArrayAsync(CancellationToken.None));
    }

    [Fact]
    public void What_cannot_be_scored_says_why()
    {
        var bare = Scorer.Score(Pair("clip", "In the video, nothing can be said.", "She nods, she is happy."));
        var feeling = Scorer.Score(Pair("clip", "She is happy.", "She nods, she is happy."));
        var clue = Scorer.Score(Pair("clip", "She nods.", "She nods, she is happy."));

        Assert.Equal((null, null), (bare.ClueOverlap, bare.LabelOverlap));
        Assert.Contains("no clue and no emotion", bare.Failure, StringComparison.Ordinal);
        Assert.Equal((null, 10.0), (feeling.ClueOverlap, feeling.LabelOverlap));
        Assert.Contains("no clue", feeling.Failure, StringComparison.Ordinal);
        Assert.Equal((10.0, null), (clue.ClueOverlap, clue.LabelOverlap));
        Assert.Contains("no emotion", clue.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_description_scores_nothing()
    {
        var score = Scorer.Score(Pair("clip", "She nods, so she is happy.", ""));

        Assert.Equal((0.0, 0.0, null), (score.ClueOverlap, score.LabelOverlap, score.Failure));
    }

    [Fact]
    public void Paraphrases_score_between_themselves_and_other_clips()
    {
        var paraphrased = Paraphrases.Own.Select(
            (pair, index) => Scorer.Score(Pair($"{index}", pair.Truth, pair.Told)));
        var others = Paraphrases.Own.Select((pair, index) => Scorer.Score(
            Pair($"{index}", pair.Truth, Paraphrases.Own[(index + 1) % Paraphrases.Own.Count].Told)));

        Assert.InRange(paraphrased.Average(score => score.ClueOverlap!.Value), 5, 9.9);
        Assert.InRange(paraphrased.Average(score => score.LabelOverlap!.Value), 6, 9.99);
        Assert.InRange(others.Average(score => score.ClueOverlap!.Value), 0, 3);
        Assert.InRange(others.Average(score => score.LabelOverlap!.Value), 0, 3);
    }

    internal static DescriptionPair Pair(string name, string truth, string prediction) =>
        new(new() { Name = name, Reason = truth }, new() { Name = name, Reason = prediction });
}
