using System.Text;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;
using EmotionLlama.Generation;
using EmotionLlama.Tests.Generation;

namespace EmotionLlama.Tests.Evaluation;

public sealed class ResumableEvaluationTests : IDisposable
{
    private static readonly Dictionary<string, string> MadeWith = new() { ["model.ckpt"] = "a", ["run.seed"] = "1" };

    private readonly TemporaryFolder _folder = new();
    private readonly TinyModel _model = new();
    private readonly ModelClips _clips;
    private readonly AnswerGenerator _generator;
    private readonly List<int> _progress = [];

    public ResumableEvaluationTests()
    {
        _clips = new ModelClips(_model, Emotion.Happy, Emotion.Sad, Emotion.Angry, Emotion.Happy, Emotion.Neutral);
        _generator = new AnswerGenerator(_model.Model, _model.Prompts);
    }

    private string Log => _folder["answers.log.jsonl"];

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Predictions_come_in_the_order_of_the_test_set_and_every_answer_is_a_line()
    {
        var predictions = Run();

        Assert.Equal(Enumerable.Range(0, 5).Select(clip => _clips[clip].Name), predictions.Select(made => made.Name));
        Assert.Equal(Enumerable.Range(0, 5).Select(clip => _clips[clip].Emotion), predictions.Select(made => made.Label));
        Assert.Equal(6, File.ReadAllLines(Log).Length);
        Assert.Equal([0, 2, 4, 5], _progress);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cut_off_anywhere_it_ends_with_the_answers_of_a_run_that_nobody_disturbed(bool sampled)
    {
        var settings = new GenerationSettings { MaxNewTokens = 8, DoSample = sampled, TopP = 1 };
        var whole = Run(settings);
        var log = File.ReadAllBytes(Log);
        var first = log.AsSpan().IndexOf((byte)'\n');

        for (var length = 0; length < log.Length; length += length < first ? 97 : 23)
        {
            File.WriteAllBytes(Log, log[..length]);
            Assert.Equal(whole, Run(settings));
            Assert.Equal(log, File.ReadAllBytes(Log));
        }
    }

    [Fact]
    public void What_is_answered_is_not_asked_again()
    {
        Run();
        KeepLines(4);
        _progress.Clear();
        _clips.Reads.Clear();

        Run();

        // Three answers are one whole batch of two.
        Assert.Equal([2, 4, 5], _progress);
        Assert.Equal(3, _clips.Reads.Count(read => read.Use == SampleUse.Testing) - _clips.Count);
    }

    [Fact]
    public void A_log_of_other_settings_is_refused_by_the_name_of_what_differs_and_stays()
    {
        Run();
        var log = File.ReadAllText(Log);

        var error = Assert.Throws<InputException>(() => Run(madeWith: new() { ["model.ckpt"] = "b", ["run.seed"] = "1" }));

        Assert.Equal(
            $"{Log}: was made with another model.ckpt (a, now b); add --restart to answer anew, or name another "
            + "run.save_path",
            error.Message);
        Assert.Equal(log, File.ReadAllText(Log));
    }

    [Theory]
    [InlineData("clip ii", "clop ii")]
    [InlineData("\"settings\":{\"model.ckpt\"", "\"steps\":{\"model.ckpt\"")]
    public void A_log_of_other_clips_or_another_kind_is_refused(string old, string replacement)
    {
        Run();
        File.WriteAllText(Log, File.ReadAllText(Log).Replace(old, replacement, StringComparison.Ordinal));

        var error = Assert.Throws<InputException>(() => Run());

        Assert.StartsWith(Log, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void While_one_evaluation_writes_a_log_another_is_refused()
    {
        var plan = new AnswerPlan([1], batchSize: 1);
        using var writing = AnswerLog.Open(Log, MadeWith, plan, _ => "a");

        Assert.Throws<InputException>(() => AnswerLog.Open(Log, MadeWith, plan, _ => "a"));
    }

    [Fact]
    public void Draws_depend_on_the_seed_and_differ_between_batches_of_the_same_clips()
    {
        var settings = new GenerationSettings { MaxNewTokens = 12, DoSample = true, TopP = 1, Temperature = 3 };
        var twins = new ModelClips(_model, Emotion.Happy);
        var once = RunOn(twins, settings, seed: 1, "once");

        Assert.Equal(once, RunOn(twins, settings, seed: 1, "again"));
        Assert.NotEqual(once, RunOn(twins, settings, seed: 2, "other"));
    }

    private IReadOnlyList<ClipPrediction> Run(
        GenerationSettings? settings = null, Dictionary<string, string>? madeWith = null) =>
        new ResumableEvaluation(_generator, _clips, settings ?? new() { MaxNewTokens = 8 }, batchSize: 2, seed: 1)
            .Run(Log, madeWith ?? MadeWith, _progress.Add, TestContext.Current.CancellationToken);

    private IReadOnlyList<ClipPrediction> RunOn(ModelClips clips, GenerationSettings settings, long seed, string log) =>
        new ResumableEvaluation(_generator, clips, settings, batchSize: 1, seed)
            .Run(_folder[log], MadeWith, _ => { }, TestContext.Current.CancellationToken);

    private void KeepLines(int count) => File.WriteAllText(
        Log, string.Concat(File.ReadLines(Log).Take(count).Select(line => line + "\n")), new UTF8Encoding(false));
}
