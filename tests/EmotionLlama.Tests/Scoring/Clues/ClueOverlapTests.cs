using EmotionLlama.Scoring.Clues;
using EmotionLlama.World;

namespace EmotionLlama.Tests.Scoring.Clues;

public sealed class ClueOverlapTests
{
    private const double Full = 10;

    [Fact]
    public void A_text_scores_full_against_itself() =>
        Assert.All(Texts.World, text => Assert.Equal(Full, Score(text, text)!.Value, 9));

    [Fact]
    public void Precision_and_recall_count_clues()
    {
        var score = ClueOverlap.Measure("He smiles, nods and sighs.", "He smiles and frowns.");

        Assert.Equal(["smile"], score.Matched.Select(clue => clue.Name));
        Assert.Equal(["nod", "sigh"], score.Missed.Select(clue => clue.Name));
        Assert.Equal(["brow furrowed"], score.Added.Select(clue => clue.Name));
        Assert.Equal(1.0 / 2, score.Precision, 9);
        Assert.Equal(1.0 / 3, score.Recall, 9);
        Assert.Equal(Full * 2 / 5, score.Score!.Value, 9);
        Assert.Null(score.SpokenShare);
    }

    [Fact]
    public void Deleting_clues_or_sentences_never_raises_the_score() => Assert.All(Texts.World, (text, index) =>
    {
        AssertFalling(text, Texts.WithoutSentences(text, (ulong)index));
        AssertFalling(text, Texts.WithoutClues(text, (ulong)index));
    });

    [Theory]
    [InlineData("She smiles, and the voice is loud.", "She smiles, and the voice is not loud.")]
    [InlineData("His brows are raised; he nods.", "His brows are lowered; he nods.")]
    [InlineData("There are tears. He frowns.", "There are no tears. He frowns.")]
    public void A_denied_or_opposite_clue_scores_less_than_a_missing_one(string truth, string prediction)
    {
        var rest = prediction.Split([". ", "; ", ", and "], StringSplitOptions.None);
        var missing = rest.Max(part => Score(truth, part)!.Value);

        Assert.True(Score(truth, prediction) < missing);
    }

    [Theory]
    [InlineData("The eyebrows are lifted.", "AU2")]
    [InlineData("He scowls.", "His brows are drawn together.")]
    [InlineData("She grins.", "The lip corners are pulled up.")]
    [InlineData("The speech is rapid.", "He talks fast.")]
    [InlineData("Her voice quavers.", "She speaks with a tremor.")]
    [InlineData("He whispers.", "The voice is hushed.")]
    [InlineData("The jaw drops.", "The mouth falls open.")]
    [InlineData("The room is poorly lit and dim.", "It is dark inside the room.")]
    [InlineData("他皱眉，语速很快。", "He frowns and speaks quickly.")]
    public void Synonyms_are_the_same_clue_in_both_directions(string one, string other)
    {
        Assert.Equal(Full, Score(one, other)!.Value, 9);
        Assert.Equal(Full, Score(other, one)!.Value, 9);
    }

    [Fact]
    public void Quoted_words_weigh_as_much_as_one_clue()
    {
        var half = ClueOverlap.Measure("He nods: \"Bring golden apples tomorrow\"", "He nods: \"golden apples\"");

        Assert.Equal(0.5, half.SpokenShare!.Value, 9);
        Assert.Equal(1, half.Precision, 9);
        Assert.Equal(0.75, half.Recall, 9);
    }

    [Fact]
    public void A_truth_without_clues_cannot_be_scored()
    {
        Assert.Null(Score("The person feels sad.", "He smiles."));
        Assert.Equal(0, Score("He smiles.", "The person feels sad."));
        Assert.Equal(0, Score("He smiles.", ""));
    }

    [Fact]
    public void Captions_of_the_small_world_score_by_the_cues_they_share()
    {
        var clips = Enumerable.Range(0, 40).Select(index => WorldClipFactory.Create(5, index)).ToArray();
        var pairs = (
            from one in clips
            from other in clips
            where one.Index != other.Index
            let cues = (one.Cues.Face == other.Cues.Face ? 1 : 0) + (one.Cues.Voice == other.Cues.Voice ? 1 : 0)
                + (one.Cues.Words == other.Cues.Words ? 1 : 0)
            let score = Score(CaptionWriter.FineGrained(one), CaptionWriter.FineGrained(other))!.Value
            select (cues, score)).ToArray();
        var means = pairs.GroupBy(pair => pair.cues).OrderBy(group => group.Key)
            .Select(group => group.Average(pair => pair.score)).ToArray();

        Assert.InRange(means[0], 0, 2);
        Assert.All(means.Zip(means.Skip(1)), mean => Assert.True(mean.Second > mean.First + 1));
        Assert.InRange(means[3], 7, 10);
    }

    internal static void AssertFalling(string truth, IEnumerable<string> ever)
    {
        var before = double.PositiveInfinity;
        foreach (var prediction in ever)
        {
            var score = Score(truth, prediction) ?? 0;
            Assert.True(score <= before + 1e-9, $"{score} after {before}: {prediction}");
            before = score;
        }
    }

    private static double? Score(string truth, string prediction) => ClueOverlap.Measure(truth, prediction).Score;
}
