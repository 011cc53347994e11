using EmotionLlama.Checkpoints.Averaging;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Generation;
using EmotionLlama.Monitoring;
using EmotionLlama.Pretraining;
using EmotionLlama.Scoring;
using EmotionLlama.Training;
using EmotionLlama.Workflows;
using EmotionLlama.World;

namespace EmotionLlama.Tests.Workflows;

/// <summary>The techniques of the instruction-tuning guide, all in one run on the small world, as
/// <c>configs/guide.yaml</c> has them. What each does alone is specified beside it; here they work together.</summary>
[Collection(SharedGenerator.Name)]
public sealed class GuideTests : IDisposable
{
    private const int Clips = 144;
    private const int HeldOut = 40;
    private const string Average = "average.pth";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_best_checkpoint_averaging_and_beam_search_keep_what_they_promise()
    {
        var recipe = MakeRecipe();
        var outcome = Train(recipe);

        // The best checkpoint is the one with the best recorded metric, far above the untuned model's.
        var history = ValidationLog.Read(Path.Combine(outcome.OutputFolder, ValidationLog.FileName));
        var trained = history.Where(metrics => metrics.Step > 0).ToList();
        var best = trained.Max(metrics => metrics.ClueOverlap)!.Value;
        Assert.Equal(best, outcome.Best!.Value);
        Assert.True(best > (history[0].ClueOverlap ?? 0) + 3, $"{history[0].ClueOverlap} before, {best} after");
        using (var session = OpenWith(recipe, CheckpointStore.BestName))
        {
            Assert.Equal(best, Measure(session).ClueOverlap!.Value, 1e-6);

            // Beams find answers that are at least as good.
            var (greedy, beams) = (ClueOverlap(session, beams: 1), ClueOverlap(session, beams: 3));
            Assert.True(beams >= greedy, $"beams {beams}, greedy {greedy}");
        }

        // The average of the last three is at least as good as they are on average.
        var lastThree = trained.TakeLast(3).ToList();
        using (var set = CheckpointSet.Open(
            [.. lastThree.Select(at => Path.Combine(outcome.OutputFolder, $"checkpoint_{at.Epoch}.pth"))]))
        {
            CheckpointAverager.Average(
                set, weights: null, Path.Combine(outcome.OutputFolder, Average), TestContext.Current.CancellationToken);
        }

        using var averaged = OpenWith(recipe, Average);
        var (loss, mean) = (Measure(averaged).Loss, lastThree.Average(at => at.Loss));
        Assert.True(loss <= mean, $"average {loss}, mean {mean}");
    }

    private static TrainingSession OpenWith(Recipe recipe, string checkpoint) => TrainingSession.Open(
        recipe with { Model = recipe.Model with { Ckpt = Path.Combine(recipe.Run.OutputDir, checkpoint) } });

    private static ValidationMetrics Measure(TrainingSession session) =>
        new HeldOutEvaluation(session, session.BuildModel(), TestContext.Current.CancellationToken)
            .Measure(step: 0, epoch: 0, _ => { }, TestContext.Current.CancellationToken);

    /// <summary>The mean clue overlap of answers to the reasoning task about all held-out clips.</summary>
    private static double ClueOverlap(TrainingSession session, int beams)
    {
        var model = session.BuildModel();
        var generator = new AnswerGenerator(model, session.Prompts(model));
        var scorer = new LexiconScorer();
        var clips = session.HeldOut[0];
        var task = clips.Tasks.Find("reason_v2");
        var settings = new GenerationSettings { MaxNewTokens = 120, Beams = beams };
        var scores = new List<double?>();
        for (var index = 0; index < clips.Count; index++)
        {
            using var clip = clips.Read(index, task, task.Instructions[0], 0, SampleUse.Validation);
            var answer = generator.Answer([clip], settings, TestContext.Current.CancellationToken)[0].Text;
            scores.Add(scorer.Score(new DescriptionPair(
                new EmotionDescription { Name = clip.Name, Reason = clip.Answer },
                new EmotionDescription { Name = clip.Name, Reason = answer })).ClueOverlap);
        }

        return scores.Average()!.Value;
    }

    private Recipe MakeRecipe()
    {
        var recipe = RecipeReader.Read(Path.Combine(SharedData.Repository, "configs", "guide.yaml")).Recipe;
        var data = _folder["data"];
        using var encoders = TinyModel.Shipped.OpenEncoders();
        WorldWriter.Write(
            data, 5, [new WorldSplit("train", 0, Clips), new WorldSplit("held_out", Clips, HeldOut)], encoders);
        var world = recipe.Datasets["world"] with
        {
            BuildInfo = new BuildInfoRecipe
            {
                ImagePath = Path.Combine(data, WorldWriter.FrameFolder),
                AnnPath = Path.Combine(data, "world_train.txt"),
            },
        };
        return recipe with
        {
            Datasets = new Dictionary<string, DatasetRecipe> { ["world"] = world },
            Run = recipe.Run with { OutputDir = _folder["run"], LogFreq = 1 },
        };
    }

    private static TrainingOutcome Train(Recipe recipe)
    {
        using var session = TrainingSession.Open(recipe);
        return TrainingWorkflow.Run(
            session, resume: null, new TrainingObservers(), cancellationToken: TestContext.Current.CancellationToken);
    }
}
