using EmotionLlama.Datasets;
using EmotionLlama.Generation;
using EmotionLlama.Tests.Evaluation;
using EmotionLlama.Tests.Generation;
using EmotionLlama.Workflows;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Workflows;

[Collection(SharedGenerator.Name)]
public sealed class SampleAnswererTests : IDisposable
{
    private readonly TinyModel _model = new();
    private readonly ModelClips _clips;

    public SampleAnswererTests() => _clips = new ModelClips(_model, Emotion.Happy, Emotion.Sad, Emotion.Angry);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void It_answers_about_the_first_clips_the_same_way_each_time()
    {
        var answerer = Create(count: 2);

        var first = answerer.Answer(step: 4, epoch: 1, TestContext.Current.CancellationToken);
        var second = answerer.Answer(step: 4, epoch: 1, TestContext.Current.CancellationToken);

        Assert.Equal([_clips[0].Name, _clips[1].Name], first.Select(answer => answer.Clip));
        Assert.All(first, answer => Assert.Equal((4, 1), (answer.Step, answer.Epoch)));
        Assert.Equal(first, second);
    }

    [Fact]
    public void It_answers_about_all_clips_where_there_are_fewer_than_asked_for() =>
        Assert.Equal(3, Create(count: 10).Answer(step: 0, epoch: 0, TestContext.Current.CancellationToken).Count);

    [Fact]
    public void It_leaves_the_generator_where_it_was()
    {
        using var before = get_rng_state();

        _ = Create(count: 3).Answer(step: 0, epoch: 0, TestContext.Current.CancellationToken);

        using var after = get_rng_state();
        Assert.True(before.Equals(after));
    }

    private SampleAnswerer Create(int count) => new(
        new AnswerGenerator(_model.Model, _model.Prompts), _clips, count, new GenerationSettings { MaxNewTokens = 6 });
}
