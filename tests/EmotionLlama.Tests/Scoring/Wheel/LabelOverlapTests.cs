using EmotionLlama.Scoring;
using EmotionLlama.Scoring.Wheel;

namespace EmotionLlama.Tests.Scoring.Wheel;

public sealed class LabelOverlapTests
{
    [Theory]
    [InlineData("happy", "happily", 10)]
    [InlineData("happy", "delighted", 5)]
    [InlineData("happy", "angry", 0)]
    [InlineData("happy", "", 0)]
    [InlineData("happy,angry", "happy", 10 * 2.0 / 3)]
    [InlineData("happy,xylophone", "happy", 10)]
    public void The_same_emotion_counts_fully_and_a_neighbour_half(string truth, string prediction, double expected) =>
        Assert.Equal(expected, LabelOverlap.Measure(Split(truth), Split(prediction)).Score!.Value, 9);

    [Fact]
    public void A_truth_that_names_no_emotion_cannot_be_scored() =>
        Assert.Null(LabelOverlap.Measure(["xylophone"], ["happy"]).Score);

    [Fact]
    public void Labels_that_are_given_replace_the_words_of_the_text()
    {
        var truth = new EmotionDescription { Name = "clip", Reason = "He is sad.", Labels = ["angry"] };
        var prediction = new EmotionDescription { Name = "clip", Reason = "So he is furious." };

        var score = LabelOverlap.Measure(truth, prediction);

        Assert.Equal(["angry"], score.Truth);
        Assert.Equal(["furious"], score.Prediction);
        Assert.Equal(10, score.Score!.Value, 9);
    }

    private static string[] Split(string labels) => labels.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
