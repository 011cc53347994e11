using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Generation;
using EmotionLlama.Tests.Datasets;
using EmotionLlama.Tests.Models;
using EmotionLlama.Training;
using EmotionLlama.Workflows;

namespace EmotionLlama.Tests.Training;

/// <summary>Long runs hold no more tensors than short ones, whatever the garbage collector does.</summary>
[Collection(SharedGenerator.Name)]
public sealed class LeakTests
{
    [Theory]
    [InlineData(GradCheckpoint.None)]
    [InlineData(GradCheckpoint.Selective)]
    [InlineData(GradCheckpoint.Full)]
    public void Two_hundred_training_steps_leave_no_tensor_behind(GradCheckpoint checkpoint)
    {
        using var run = new TinyRun(
            new RunRecipe { ItersPerEpoch = 2, MaxEpoch = 103, MaxGradNorm = 1, AccumGradIters = 1 },
            [[0, 1], [2]],
            checkpoint: checkpoint);
        run.Run(steps: 6);
        var before = LiveTensors.CountBefore();

        var steps = run.Run().Steps.Count;

        Assert.Equal(200, steps);
        Assert.Equal(before, LiveTensors.Count);
    }

    [Fact]
    public void Neither_do_background_loading_and_saving()
    {
        using var folder = new TemporaryFolder();
        using var clips = new MerrFolder("happy", "sad", "angry");
        using var model = TinyModels.Create();
        var run = new RunRecipe { MaxEpoch = 4, NumWorkers = 2, SaveEverySteps = 1 };
        var data = new RecipeTrainingData(
            [MerrDataset.Open("clips", clips.Recipe, TinyModels.ImageSize)], run, TinyModels.Prompts(model));
        Train();
        var before = LiveTensors.CountBefore();

        Train();

        Assert.Equal(before, LiveTensors.Count);

        void Train()
        {
            using var trainer = new Trainer(
                model,
                new Recipe { Model = new ModelRecipe(), Run = run },
                data,
                new CheckpointStore(folder.Location, config: null));
            trainer.Run(new TinyRun.Recorder(), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void Two_hundred_answers_leave_no_tensor_behind()
    {
        using var model = TinyModels.Create();
        using var clip = TinyModels.Clip(1);
        var generator = new AnswerGenerator(model, TinyModels.Prompts(model));
        Answer(3);
        var before = LiveTensors.CountBefore();

        Answer(200);

        Assert.Equal(before, LiveTensors.Count);

        void Answer(int times)
        {
            for (var i = 0; i < times; i++)
            {
                _ = generator.Answer(
                    [clip], new GenerationSettings { MaxNewTokens = 3 }, TestContext.Current.CancellationToken);
            }
        }
    }
}
