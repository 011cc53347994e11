using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Training;

/// <summary>Sub-stages: rates of their own, and AdamW kept or started anew where one begins.</summary>
[Collection(SharedGenerator.Name)]
public sealed class SubStageTests : IDisposable
{
    private static readonly int[][] ThreeBatches = [[0, 1], [2], [3, 4]];
    private static readonly LoraSettings Dropout = new() { Rank = 4, Dropout = 0.3 };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_guides_two_sub_stages_have_their_rates()
    {
        var recipe = _folder.Write("recipe.yaml", """
            model: {lora_r: 64}
            datasets: {clips: {build_info: {ann_path: clips.txt}}}
            run:
              lr_sched: constant
              max_epoch: 30
              stages:
                - {name: "2.1", init_lr: 1e-5, epochs: 0-15}
                - {name: "2.2", init_lr: 5e-6, epochs: 15-30, optimizer: reset}
            """u8.ToArray());
        var plan = new TrainingPlan(RecipeReader.Read(recipe).Recipe.Run, iterationsPerPass: 4);

        var steps = plan.StepsFrom(0).ToList();

        Assert.All(steps.Where(step => step.Epoch < 15), step => Assert.Equal(("2.1", 1e-5), (step.Stage, step.LearningRate)));
        Assert.All(steps.Where(step => step.Epoch >= 15), step => Assert.Equal(("2.2", 5e-6), (step.Stage, step.LearningRate)));
        Assert.Equal([0L, 60L], steps.Where(step => step.BeginsStage).Select(step => step.Step));
        Assert.Equal([60L], steps.Where(step => step.ResetsOptimizer).Select(step => step.Step));
    }

    [Fact]
    public void Reset_starts_AdamW_anew_exactly_where_the_stage_begins()
    {
        using var run = Create(StageOptimizer.Reset);
        var counts = new List<long>();
        run.Trainer.Run(
            new StepWatcher(() => counts.Add(run.Trainer.Optimizer.States.Max(state => state.Steps))),
            TestContext.Current.CancellationToken);

        Assert.Equal([1, 2, 3, 1, 2, 3], counts);
    }

    [Fact]
    public void Keep_lets_it_go_on()
    {
        using var run = Create(StageOptimizer.Keep);
        run.Run();

        Assert.Equal(6, run.Trainer.Optimizer.States.Max(state => state.Steps));
    }

    [Fact]
    public void A_reset_is_what_starting_from_the_weights_alone_is()
    {
        using var first = Create(StageOptimizer.Reset);
        first.Run(steps: 3);
        using var fresh = new TinyRun(Recipe(StageOptimizer.Keep), ThreeBatches, Dropout);
        foreach (var (target, source) in fresh.Trainer.Parameters.Zip(first.Trainer.Parameters))
            Copy(source, target);

        fresh.Trainer.ResumeAt(3, TimeSpan.Zero);
        using var generator = get_rng_state();
        fresh.Run();
        set_rng_state(generator);
        first.Run();

        Assert.Equal(fresh.State, first.State);
    }

    [Fact]
    public void Switched_on_it_changes_the_run()
    {
        using var kept = Create(StageOptimizer.Keep);
        kept.Run();
        using var reset = Create(StageOptimizer.Reset);
        reset.Run();

        Assert.NotEqual(kept.State, reset.State);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Stopped_after_any_step_it_ends_the_same(int steps)
    {
        using var whole = Create(StageOptimizer.Reset);
        whole.Run();

        using (var stopped = Create(StageOptimizer.Reset, save: true))
            stopped.Run(steps);

        using var resumed = Create(StageOptimizer.Reset, save: true);
        CheckpointStore.Resume(resumed.Trainer, resumed.Model, CheckpointStore.FindNewest(_folder.Location)!);
        resumed.Run();

        Assert.Equal(whole.State, resumed.State);
    }

    [Fact]
    public void The_log_says_where_a_stage_begins_and_in_which_a_run_goes_on()
    {
        using var run = Create(StageOptimizer.Reset, save: true);
        var watcher = new StepWatcher(() => { });
        run.Trainer.Run(watcher, TestContext.Current.CancellationToken);

        Assert.Equal(
            ["stage one: epochs 0 to 0, rate 1e-2, AdamW goes on", "stage two: epochs 1 to 1, rate 1e-3, AdamW starts anew"],
            watcher.Messages);

        using var resumed = Create(StageOptimizer.Reset);
        resumed.Trainer.ResumeAt(1, TimeSpan.Zero);
        watcher = new StepWatcher(() => { });
        resumed.Trainer.Run(watcher, TestContext.Current.CancellationToken);

        Assert.StartsWith("in stage one:", watcher.Messages[0]);
        Assert.StartsWith("stage two:", watcher.Messages[1]);
    }

    [Fact]
    public void A_run_without_stages_speaks_of_none()
    {
        using var run = new TinyRun(new RunRecipe { MaxEpoch = 1 }, ThreeBatches);
        var watcher = new StepWatcher(() => { });
        run.Trainer.Run(watcher, TestContext.Current.CancellationToken);

        Assert.Empty(watcher.Messages);
    }

    private static RunRecipe Recipe(StageOptimizer second) => new()
    {
        LrSched = LearningRateSchedule.Constant,
        MaxEpoch = 2,
        Stages =
        [
            new() { Name = "one", FirstEpoch = 0, EndEpoch = 1, InitLr = 1e-2 },
            new() { Name = "two", FirstEpoch = 1, EndEpoch = 2, InitLr = 1e-3, Optimizer = second },
        ],
    };

    private TinyRun Create(StageOptimizer second, bool save = false)
    {
        var run = new TinyRun(
            Recipe(second),
            ThreeBatches,
            Dropout,
            store: save ? new CheckpointStore(_folder.Location, config: null) : null);
        random.manual_seed(1);
        return run;
    }

    private static void Copy(NamedTensor source, NamedTensor target)
    {
        using var _ = no_grad();
        target.Value.copy_(source.Value);
    }

    private sealed class StepWatcher(Action onStep) : ITrainingObserver
    {
        public List<string> Messages { get; } = [];

        public void OnStep(StepMetrics metrics) => onStep();

        public void OnMessage(string message) => Messages.Add(message);
    }
}
