using EmotionLlama.Configuration;
using EmotionLlama.Generation;
using EmotionLlama.Tests.Training;
using EmotionLlama.Workflows;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Workflows;

[Collection(SharedGenerator.Name)]
public sealed class HeldOutAnswersTests
{
    [Fact]
    public void The_first_clips_are_answered_about_the_same_way_each_time_and_libtorchs_generator_stays()
    {
        var run = new RunRecipe { EvalClips = 3, EvalMaxNewTokens = 8, EvalTemperatureSamples = 3 };
        using var project = new TinyProject();
        using var session = TrainingSession.Open(project.CreateRecipe("output"));
        var model = session.BuildModel();
        using var built = get_rng_state();
        var answers = new HeldOutAnswers(new AnswerGenerator(model, session.Prompts(model)), run);
        var clips = session.ReadableHeldOut(TestContext.Current.CancellationToken)[0];

        var first = answers.Generate(clips, TestContext.Current.CancellationToken).ToList();
        var second = answers.Generate(clips, TestContext.Current.CancellationToken).ToList();

        using var after = get_rng_state();
        Assert.True(built.Equals(after));
        Assert.Equal(["clip_0", "clip_1", "clip_2"], first.Select(answer => answer.Clip));
        Assert.Equal(["Fine caption 0.", "Fine caption 1.", "Fine caption 2."], first.Select(answer => answer.Expected));
        Assert.Equal(first.Select(answer => answer.Answer), second.Select(answer => answer.Answer));
        Assert.Equal(first.SelectMany(answer => answer.Samples), second.SelectMany(answer => answer.Samples));
        Assert.All(first, answer => Assert.Equal(3, answer.Samples.Count));
        Assert.Contains(first, answer => answer.Samples.Distinct().Count() > 1);
    }

    [Theory]
    [InlineData(null, ValidationMetric.ValLoss, 0)]
    [InlineData(null, ValidationMetric.Waf, 5)]
    [InlineData(2, ValidationMetric.ValLoss, 2)]
    [InlineData(9, ValidationMetric.ValLoss, 5)]
    public void Clips_are_answered_about_where_the_metric_or_the_recipe_wants_it(
        int? evalClips, ValidationMetric metric, int count) =>
        Assert.Equal(count, HeldOutAnswers.CountOf(new RunRecipe { EvalClips = evalClips, Metric = metric }, clips: 5));
}
