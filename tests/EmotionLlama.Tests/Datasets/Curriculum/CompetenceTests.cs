using EmotionLlama.Configuration;
using EmotionLlama.Datasets.Curriculum;

namespace EmotionLlama.Tests.Datasets.Curriculum;

/// <summary>The share of clips that may be drawn, against figures computed by hand.</summary>
public sealed class CompetenceTests
{
    [Theory]
    [InlineData(0, 0.2)]
    [InlineData(0.25, 0.4)]
    [InlineData(0.5, 0.6)]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    public void Linear_pacing_grows_evenly(double progress, double expected) =>
        Assert.Equal(expected, new Competence(CurriculumPacing.Linear, 0.2).At(progress), 1e-12);

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(0.25, 0.50744457825461)] // sqrt(0.25 · 0.99 + 0.01)
    [InlineData(0.5, 0.71063352017759)] // sqrt(0.5 · 0.99 + 0.01)
    [InlineData(1, 1)]
    public void Root_pacing_grows_fast_at_first(double progress, double expected) =>
        Assert.Equal(expected, new Competence(CurriculumPacing.Root, 0.1).At(progress), 1e-12);

    [Theory]
    [InlineData(0, 0.2)]
    [InlineData(0.2499, 0.2)]
    [InlineData(0.25, 0.4)]
    [InlineData(0.6, 0.6)]
    [InlineData(0.75, 0.8)]
    [InlineData(0.9999, 0.8)]
    [InlineData(1, 1)]
    public void Step_pacing_jumps(double progress, double expected) =>
        Assert.Equal(expected, new Competence(CurriculumPacing.Step, 0.2, Steps: 4).At(progress), 1e-12);

    [Theory]
    [InlineData(CurriculumPacing.Linear)]
    [InlineData(CurriculumPacing.Root)]
    [InlineData(CurriculumPacing.Step)]
    public void It_never_falls_and_never_allows_no_clip(CurriculumPacing pacing)
    {
        var competence = new Competence(pacing, 0.001, Steps: 7);
        var shares = Enumerable.Range(0, 500).Select(i => competence.At(i / 490.0)).ToList();

        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1, competence.ClipsAt(0, 20));
        Assert.Equal(20, competence.ClipsAt(1, 20));
    }

    [Fact]
    public void Progress_cannot_be_negative() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new Competence(CurriculumPacing.Linear, 0.5).At(-0.1));
}
