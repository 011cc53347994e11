using EmotionLlama.Scoring;
using EmotionLlama.Scoring.Wheel;

namespace EmotionLlama.Tests.Scoring.Wheel;

public sealed class EmotionWheelsTests
{
    private const double Rounding = 1e-5;

    [Fact]
    public void Open_vocabulary_labels_score_as_published()
    {
        var wheels = EmotionWheels.Open(SharedData.Require("data", "emotion_wheel"));
        var pairs = DescriptionPairs.Join(Truth(), DescriptionFile.Read(
            SharedData.Require("data", "emer", "openset-prediction.csv"))).Pairs;

        var coarse = WheelMetric.Measure(pairs, WheelLevel.Coarse, wheels);
        var fine = WheelMetric.Measure(pairs, WheelLevel.Fine, wheels);

        Assert.Equal(332, pairs.Count);
        Assert.Equal(0.55371, coarse.F1, Rounding);
        Assert.Equal(0.55940, coarse.Precision, Rounding);
        Assert.Equal(0.54852, coarse.Recall, Rounding);
        Assert.Equal([0.5640, 0.5751, 0.5540, 0.5470, 0.5285], coarse.F1PerWheel.Select(f1 => Math.Round(f1, 4)));
        Assert.Equal(0.42449, fine.F1, Rounding);
    }

    [Theory]
    [InlineData(0.303, "angry")]
    [InlineData(0.414, "angry", "happy")]
    public void Constant_answers_score_as_published(double f1, params string[] labels)
    {
        var wheels = EmotionWheels.Open(SharedData.Require("data", "emotion_wheel"));
        DescriptionPair[] pairs = [.. Truth().Select(row => new DescriptionPair(row, row with { Labels = labels }))];

        Assert.Equal(f1, Math.Round(WheelMetric.Measure(pairs, WheelLevel.Coarse, wheels).F1, 3));
    }

    [Fact]
    public void The_built_in_wheel_knows_most_open_vocabulary_labels()
    {
        var labels = Truth().SelectMany(row => row.Labels!).ToArray();

        var known = labels.Count(label => Group(label, WheelLevel.Coarse) is not null);
        Assert.InRange(known, 0.85 * labels.Length, labels.Length);
    }

    [Theory]
    [InlineData(" Happy ", "joy", "happy")]
    [InlineData("overjoyed", "joy", "delighted")]
    [InlineData("worry", "worry", "worried")]
    [InlineData("fear", "fear", "afraid")]
    [InlineData("contempt", "aversion", "contemptuous")]
    [InlineData("doubt", "doubt", "doubtful")]
    [InlineData("surprise", "surprise", "surprised")]
    [InlineData("neutral", "calm", "neutral")]
    [InlineData("looking forward", "joy", "hopeful")]
    [InlineData("xylophone", null, null)]
    public void Labels_find_their_group_on_the_built_in_wheel(string label, string? coarse, string? fine)
    {
        Assert.Equal(coarse, Group(label, WheelLevel.Coarse));
        Assert.Equal(fine, Group(label, WheelLevel.Fine));
    }

    [Fact]
    public void The_built_in_wheel_has_groups_emotions_and_many_words()
    {
        var wheel = Assert.Single(EmotionWheels.BuiltIn.Wheels);
        var words = wheel.Words.ToArray();

        Assert.Equal(12, words.Select(word => wheel.GroupOf(word, WheelLevel.Coarse)).Distinct().Count());
        Assert.InRange(words.Select(word => wheel.GroupOf(word, WheelLevel.Fine)).Distinct().Count(), 40, 70);
        Assert.InRange(words.Length, 500, 1000);
    }

    [Fact]
    public void A_missing_folder_or_file_is_named()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains("no such folder", Refusal(folder["none"]), StringComparison.Ordinal);
        Assert.Contains("format.csv: no such file", Refusal(folder.Location), StringComparison.Ordinal);

        File.WriteAllText(folder["format.csv"], "name,format\nhappy,\"happy,happily\"\n");
        Assert.Contains("synonym.xlsx: no such file", Refusal(folder.Location), StringComparison.Ordinal);

        File.WriteAllText(folder["synonym.xlsx"], "this is no workbook");
        Assert.Contains("synonym.xlsx: is no .xlsx workbook", Refusal(folder.Location), StringComparison.Ordinal);

        File.WriteAllText(folder["format.csv"], "name,forms\nhappy,happily\n");
        Assert.Contains("format.csv:1: has no column 'format'", Refusal(folder.Location), StringComparison.Ordinal);
    }

    private static string Refusal(string folder) =>
        Assert.Throws<InputException>(() => EmotionWheels.Open(folder)).Message;

    private static string? Group(string label, WheelLevel level) =>
        EmotionWheels.BuiltIn.Map(label, EmotionWheels.BuiltIn.Wheels[0], level);

    private static IReadOnlyList<EmotionDescription> Truth() =>
        DescriptionFile.Read(SharedData.Require("data", "emer", "openset-truth.csv"));
}
