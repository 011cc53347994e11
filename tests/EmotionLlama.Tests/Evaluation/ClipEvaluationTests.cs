using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;
using EmotionLlama.Generation;
using EmotionLlama.Tests.Generation;

namespace EmotionLlama.Tests.Evaluation;

public sealed class ClipEvaluationTests : IDisposable
{
    private static readonly GenerationSettings Settings = new() { MaxNewTokens = 8 };

    private readonly TinyModel _model = new();
    private readonly ModelClips _clips;
    private readonly AnswerGenerator _generator;

    public ClipEvaluationTests()
    {
        _clips = new ModelClips(_model, Emotion.Happy, Emotion.Sad, Emotion.Angry, Emotion.Happy, Emotion.Neutral);
        _generator = new AnswerGenerator(_model.Model, _model.Prompts);
    }

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Every_clip_is_asked_about_once_in_order_and_without_its_answer()
    {
        var predictions = Predict(batchSize: 2).ToList();

        Assert.Equal(Enumerable.Range(0, _clips.Count).Select(index => (index, SampleUse.Testing)), _clips.Reads);
        Assert.Equal(Enumerable.Range(0, _clips.Count).Select(index => _clips[index].Name), predictions.Select(p => p.Name));
        Assert.Equal(Enumerable.Range(0, _clips.Count).Select(index => _clips[index].Emotion), predictions.Select(p => p.Label));
    }

    [Fact]
    public void Answers_do_not_depend_on_the_batch_size() =>
        Assert.Equal(Predict(batchSize: 1), Predict(batchSize: 5));

    [Fact]
    public void Clips_are_read_as_their_batch_comes()
    {
        using var predictions = Predict(batchSize: 2).GetEnumerator();

        Assert.True(predictions.MoveNext());
        Assert.Equal(2, _clips.Reads.Count);
    }

    [Fact]
    public void An_answer_without_an_emotion_counts_as_wrong()
    {
        var scores = ClipEvaluation.Score(
        [
            new ClipPrediction("a", Emotion.Happy, Emotion.Happy, "happy"),
            new ClipPrediction("b", Emotion.Sad, null, "hard to tell"),
        ]);

        Assert.Equal(0.5, scores.Accuracy.Value);
    }

    private IEnumerable<ClipPrediction> Predict(int batchSize) => ClipEvaluation.Predict(
        _generator, _clips, batchSize, Settings, TestContext.Current.CancellationToken);
}
