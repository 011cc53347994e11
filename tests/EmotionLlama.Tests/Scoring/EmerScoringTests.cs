using EmotionLlama.Scoring;
using EmotionLlama.Scoring.Clues;
using EmotionLlama.Tests.Scoring.Clues;

namespace EmotionLlama.Tests.Scoring;

/// <summary>Scores without a judge on the descriptions of EMER, where they lie beside the checkout.</summary>
public sealed class EmerScoringTests
{
    private static readonly LexiconScorer Scorer = new();

    [Fact]
    public void Nearly_every_description_has_clues_the_lexicon_knows()
    {
        var counts = Texts.Emer()
            .Select(row => ClueReader.Read(row.Reason).Select(mention => mention.Clue).Distinct().Count())
            .ToArray();

        Assert.Equal(432, counts.Length);
        Assert.InRange(counts.Count(count => count >= 2) / (double)counts.Length, 0.95, 1);
        Assert.InRange(counts.Average(), 7, 20);
    }

    [Fact]
    public void A_description_scores_full_against_itself_and_low_against_another_clips()
    {
        var rows = Texts.Emer();
        var self = rows.Select(row => Scorer.Score(new(row, row))).ToArray();
        var other = rows.Select((row, index) => Scorer.Score(new(row, rows[(index + 37) % rows.Count]))).ToArray();

        Assert.All(self, score => Assert.Equal(10, score.ClueOverlap ?? 10, 9));
        Assert.All(self, score => Assert.Equal(10, score.LabelOverlap ?? 10, 9));
        Assert.InRange(self.Count(score => score.Failure is not null), 0, 12);
        Assert.InRange(other.Average(score => score.ClueOverlap)!.Value, 0.2, 2.5);
        Assert.InRange(other.Average(score => score.LabelOverlap)!.Value, 0.5, 3.5);
    }

    [Fact]
    public void Paraphrases_score_between()
    {
        var rows = Texts.Emer().Take(100).ToDictionary(row => row.Name);
        var names = Paraphrases.OfEmer.Keys.ToArray();
        var same = names.Select(name => Score(rows[name], name)).ToArray();
        var other = names.Select((name, index) => Score(rows[name], names[(index + 1) % names.Length])).ToArray();

        Assert.InRange(same.Average(score => score.ClueOverlap)!.Value, 4.5, 9.5);
        Assert.InRange(same.Average(score => score.LabelOverlap)!.Value, 5, 9.9);
        Assert.InRange(other.Average(score => score.ClueOverlap)!.Value, 0, 3);

        PairScore Score(EmotionDescription truth, string told) => Scorer.Score(
            new(truth, new() { Name = truth.Name, Reason = Paraphrases.OfEmer[told] }));
    }

    [Fact]
    public void Deleting_clues_or_sentences_never_raises_the_score() => Assert.All(Texts.Emer(), (row, index) =>
    {
        ClueOverlapTests.AssertFalling(row.Reason, Texts.WithoutSentences(row.Reason, (ulong)index));
        ClueOverlapTests.AssertFalling(row.Reason, Texts.WithoutClues(row.Reason, (ulong)index).Take(6));
    });

    [Fact]
    public void Chinese_descriptions_have_clues_and_emotions_too()
    {
        var rows = DescriptionFile.Read(SharedData.Require("data", "emer", "emer-v2.csv"), DescriptionLanguage.Chinese);
        var scores = rows.Select(row => Scorer.Score(new(row, row))).ToArray();

        Assert.All(rows.Take(5), row => Assert.Contains('频', row.Reason));
        Assert.InRange(scores.Count(score => score.ClueOverlap is not null), 325, 332);
        Assert.InRange(scores.Count(score => score.LabelOverlap is not null), 315, 332);
    }
}
