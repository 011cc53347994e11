using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Tests.Datasets;
using EmotionLlama.Tests.Models;
using EmotionLlama.Training;
using EmotionLlama.Workflows;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Training;

/// <summary>Recipes that only split the same samples differently train the same weights, from files to weights.
/// </summary>
public sealed class BatchSizeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly MerrFolder _clips =
        new("happy", "sad", "angry", "neutral", "worried", "surprise", "fear", "doubt");


    public void Dispose()
    {
        _scope.Dispose();
        _clips.Dispose();
    }

    [Theory]
    [InlineData(4, 1, 2)]
    [InlineData(2, 2, 0)]
    [InlineData(1, 4, 1)]
    public void Four_samples_a_step_are_the_same_in_one_micro_batch_or_several(
        int batchSize, int accumulation, int workers)
    {
        var (expectedLosses, expected) = Train(batchSize: 4, accumulation: 1, workers: 0);

        var (losses, weights) = Train(batchSize, accumulation, workers);

        Assert.Equal(4, losses.Count);
        foreach (var (first, second) in expectedLosses.Zip(losses))
            Assert.Equal(first, second, 1e-5 * first);

        Assert.InRange(((weights - expected).norm() / expected.norm()).item<float>(), 0, 1e-5);
    }

    private (List<double> Losses, Tensor Weights) Train(int batchSize, int accumulation, int workers)
    {
        using var model = TinyModels.Create();
        var run = new RunRecipe
        {
            LrSched = LearningRateSchedule.Constant,
            InitLr = 1e-3,
            MaxEpoch = 2,
            AccumGradIters = accumulation,
            NumWorkers = workers,
        };
        var data = new RecipeTrainingData(
            [MerrDataset.Open("clips", _clips.Recipe with { BatchSize = batchSize }, TinyModels.ImageSize)],
            run,
            TinyModels.Prompts(model));
        using var trainer = new Trainer(model, new Recipe { Model = new ModelRecipe(), Run = run }, data);
        var recorder = new TinyRun.Recorder();
        trainer.Run(recorder, TestContext.Current.CancellationToken);
        return ([.. recorder.Losses],
            cat([.. trainer.Parameters.Select(parameter => parameter.Value.detach().flatten())]));
    }
}
