using EmotionLlama.Datasets;
using EmotionLlama.Monitoring;
using EmotionLlama.Scoring;
using EmotionLlama.Workflows;

namespace EmotionLlama.Tests.Workflows;

public sealed class HeldOutScoresTests
{
    private static readonly ValidationMetrics Loss = new(6, 1, 2.5);

    [Fact]
    public void Answers_are_scored_against_labels_and_annotations()
    {
        var metrics = new HeldOutScores(ByLength).AddTo(
            Loss,
            [
                Answer(Emotion.Happy, "A brow, happy.", "She is happy."),
                Answer(Emotion.Sad, "A brow, sad.", "He is angry."),
            ]);

        Assert.Equal((6, 2.5, 2), (metrics.Step, metrics.Loss, metrics.Answers));
        Assert.Equal(0.5, metrics.Accuracy);
        Assert.Equal(0.5, metrics.Waf);
        Assert.Equal(("She is happy.".Length + "He is angry.".Length) / 2.0, metrics.ClueOverlap);
        Assert.Equal(10, metrics.LabelOverlap);
        Assert.Equal(1, metrics.Texts!.WithoutClue);
        Assert.Null(metrics.ClueSpread);
    }

    [Fact]
    public void A_clip_whose_annotation_cannot_be_compared_with_is_left_out()
    {
        var metrics = new HeldOutScores(ByLength).AddTo(
            Loss, [Answer(Emotion.Happy, "happy", "abc"), Answer(Emotion.Sad, "brow", "12345")]);

        Assert.Equal(5, metrics.ClueOverlap);
        Assert.Null(new HeldOutScores(ByLength).AddTo(Loss, [Answer(Emotion.Happy, "happy", "abc")]).ClueOverlap);
    }

    [Fact]
    public void The_spread_is_the_mean_deviation_of_the_samples_about_a_clip()
    {
        var metrics = new HeldOutScores(ByLength).AddTo(
            Loss,
            [
                Answer(Emotion.Happy, "brow", "x") with { Samples = ["1", "123", "12345"] },
                Answer(Emotion.Happy, "brow", "x") with { Samples = ["12", "12", "12"] },
            ]);

        Assert.Equal((2.0 + 0) / 2, metrics.ClueSpread);
        Assert.Equal(0, metrics.LabelSpread);
    }

    [Fact]
    public void Without_answers_nothing_is_added() => Assert.Equal(Loss, new HeldOutScores(ByLength).AddTo(Loss, []));

    /// <summary>Clue overlap is the answer's length where the truth says "brow".</summary>
    private static PairScore ByLength(DescriptionPair pair) => new()
    {
        Name = pair.Name,
        ClueOverlap = pair.Truth.Reason.Contains("brow", StringComparison.Ordinal) ? pair.Prediction.Reason.Length : null,
        LabelOverlap = 10,
    };

    private static HeldOutAnswer Answer(Emotion emotion, string expected, string answer) => new()
    {
        Clip = "clip",
        Emotion = emotion,
        Task = "reason_v2",
        Instruction = "Why?",
        Expected = expected,
        Answer = answer,
    };
}
