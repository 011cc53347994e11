using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Models;
using EmotionLlama.Tests.Datasets;
using EmotionLlama.Tests.Models;
using EmotionLlama.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Training;

/// <summary>The loss on held-out clips.</summary>
[Collection(SharedGenerator.Name)]
public sealed class ValidationLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly MerrFolder _clips = new("happy", "sad", "angry");
    private readonly EmotionLlamaModel _model = TinyModels.Create(new LoraSettings { Rank = 4, Dropout = 0.5 });

    public void Dispose()
    {
        _model.Dispose();
        _clips.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void It_is_the_mean_over_all_answer_tokens_without_dropout_however_clips_are_joined()
    {
        var dataset = Open(_clips.Recipe);
        var prompts = TinyModels.Prompts(_model);
        var (sum, tokens) = (0.0, 0);
        for (var i = 0; i < dataset.Count; i++)
        {
            using var clip = dataset.Read(i, (ulong)i, SampleUse.Validation);
            using var row = PackedBatch.Pack([(clip, prompts.ForTraining("<VideoHere><FeatureHere>", clip.Answer))]);
            sum += _model.LossSum(row).item<float>();
            tokens += row.AnswerTokens;
        }

        // With one instruction for all draws, whatever seed the measurement draws with.
        var plain = new OneInstruction(dataset, "<VideoHere><FeatureHere>");
        Assert.Equal(sum / tokens, Measure(plain, batchSize: 1), 1e-5);
        Assert.Equal(sum / tokens, Measure(plain, batchSize: 2), 1e-5);
        Assert.Equal(sum / tokens, Measure(plain, batchSize: 3), 1e-5);
    }

    [Fact]
    public void It_leaves_generator_gradients_and_tensors_as_they_were()
    {
        var dataset = Open(_clips.Recipe);
        random.manual_seed(3);
        var expected = rand(4);
        random.manual_seed(3);
        Measure(dataset, batchSize: 2);
        Assert.Equal(0, TinyModels.Distance(expected, rand(4)));

        var before = LiveTensors.CountBefore();
        Measure(dataset, batchSize: 2);

        Assert.Equal(before, LiveTensors.Count);
        Assert.True(is_grad_enabled());
        Assert.All(_model.TrainableParameters, parameter => Assert.Null(parameter.Value.grad));
    }

    private double Measure(IClipDataset dataset, int batchSize) => ValidationLoss.Measure(
        _model, dataset, TinyModels.Prompts(_model), batchSize, TestContext.Current.CancellationToken);

    private static MerrDataset Open(DatasetRecipe recipe) => MerrDataset.Open("clips", recipe, TinyModels.ImageSize);

    private sealed class OneInstruction(IClipDataset clips, string instruction) : IClipDataset
    {
        public string Name => clips.Name;

        public int Count => clips.Count;

        public ClipAnnotation this[int index] => clips[index];

        public ClipSample Read(int index, ulong drawSeed, SampleUse use) =>
            clips.Read(index, drawSeed, use) with { Instruction = instruction };
    }
}
