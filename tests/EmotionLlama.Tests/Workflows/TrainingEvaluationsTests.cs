using EmotionLlama.Configuration;
using EmotionLlama.Evaluation.Diagnosing;
using EmotionLlama.Monitoring;
using EmotionLlama.Tests.Training;
using EmotionLlama.Training;
using EmotionLlama.Workflows;

namespace EmotionLlama.Tests.Workflows;

/// <summary>What a run measures on held-out clips, and what follows from it: the best checkpoint, an early stop, a
/// diagnosis. Four epochs of five steps, the last of which ruins the model.</summary>
[Collection(SharedGenerator.Name)]
public sealed class TrainingEvaluationsTests(TrainingEvaluationsTests.Undisturbed undisturbed)
    : IClassFixture<TrainingEvaluationsTests.Undisturbed>
{
    private const int Epochs = 4;

    private readonly TinyProject _project = undisturbed.Project;

    [Theory]
    [InlineData(1, new[] { 0, 5, 10, 15, 20 })]
    [InlineData(3, new[] { 0, 15, 20 })]
    [InlineData(9, new[] { 0, 20 })]
    [InlineData(0, new int[0])]
    public void Held_out_clips_are_evaluated_before_training_every_few_epochs_and_after_the_last(
        int interval, int[] steps)
    {
        var recipe = Recipe($"every {interval}", run => run with { EvalEpochInterval = interval, SaveBest = false });

        Train(recipe);

        Assert.Equal(steps, Log(recipe).Select(at => (int)at.Step));
    }

    [Fact]
    public void Evaluating_with_answers_and_samples_disturbs_nothing_that_training_draws()
    {
        var recipe = Recipe("silent", run => run with { EvalEpochInterval = 0, SaveBest = false });

        Train(recipe);

        Assert.Equal(WeightsOf(undisturbed.Recipe, Last), WeightsOf(recipe, Last));
    }

    [Fact]
    public void An_evaluation_measures_losses_answers_and_their_spread()
    {
        var log = Log(undisturbed.Recipe);

        Assert.Null(log[0].TrainingLoss);
        Assert.All(log.Skip(1), at => Assert.Equal(EpochLoss(at.Epoch), at.TrainingLoss!.Value, 1e-9));
        Assert.All(log, at =>
        {
            Assert.Equal(3, at.Answers);
            Assert.InRange(at.Accuracy!.Value, 0, 1);
            Assert.InRange(at.Waf!.Value, 0, 1);
            Assert.Equal(3, at.Texts!.ExpectedWords);
        });

        double EpochLoss(int epoch) => MetricLog.Read(Path.Combine(undisturbed.Recipe.Run.OutputDir, MetricLog.FileName))
            .Where(step => step.Epoch == epoch).Average(step => step.Loss);
    }

    [Fact]
    public void The_answers_about_the_first_held_out_clips_are_shown_each_time()
    {
        var answers = SampleAnswerLog.Read(Path.Combine(undisturbed.Recipe.Run.OutputDir, SampleAnswerLog.FileName));

        Assert.Equal([0L, 5, 10, 15, 20], answers.Select(answer => answer.Step).Distinct());
        Assert.All(
            answers.GroupBy(answer => answer.Step),
            at => Assert.Equal(["clip_0", "clip_1"], at.Select(answer => answer.Clip).Order()));
    }

    [Fact]
    public void The_best_checkpoint_is_the_one_with_the_best_recorded_metric_whatever_keep_last_deletes()
    {
        var log = Log(undisturbed.Recipe);
        var best = log.Skip(1).MinBy(at => at.Loss)!;

        // Otherwise the last checkpoint would do.
        Assert.Equal(Epochs - 2, best.Epoch);
        Assert.Equal((best.Epoch, best.Loss), (undisturbed.Outcome.Best!.Epoch, undisturbed.Outcome.Best.Value));
        Assert.Equal(["checkpoint_3.pth", "checkpoint_best.pth"], Checkpoints(undisturbed.Recipe));

        var all = Recipe("all", run => run with { KeepLast = 0 });
        Train(all);
        var epoch = $"checkpoint_{best.Epoch}.pth";
        Assert.Equal(WeightsOf(all, epoch), WeightsOf(all, CheckpointStore.BestName));
        Assert.Equal(WeightsOf(all, epoch), WeightsOf(undisturbed.Recipe, CheckpointStore.BestName));
        Assert.NotEqual(WeightsOf(all, Last), WeightsOf(all, CheckpointStore.BestName));
    }

    [Fact]
    public void Without_save_best_the_best_is_named_and_not_kept()
    {
        var recipe = Recipe("not kept", run => run with { SaveBest = false });

        var outcome = Train(recipe);

        Assert.Equal(undisturbed.Outcome.Best! with { Checkpoint = null }, outcome.Best);
        Assert.Equal([Last], Checkpoints(recipe));
    }

    [Theory]
    [InlineData("after a step", 8)]
    [InlineData("saved", 5)]
    [InlineData("saved", 10)]
    [InlineData("saved", 15)]
    [InlineData("saved", 20)]
    [InlineData("evaluated", 5)]
    [InlineData("evaluated", 10)]
    [InlineData("evaluated", 15)]
    [InlineData("evaluated", 20)]
    [InlineData("best", 5)]
    public void A_run_that_dies_at_any_moment_of_an_epochs_end_has_the_same_best_and_the_same_log(string moment, int step)
    {
        var recipe = Recipe($"{moment} {step}");
        Assert.Throws<PowerCut>(() => Train(recipe, new Death(moment, step)));

        var outcome = Train(recipe, resume: CheckpointStore.FindNewest(recipe.Run.OutputDir));

        Assert.Equal(undisturbed.Outcome.Best!.Value, outcome.Best!.Value);
        Assert.Equal(undisturbed.Outcome.Best.Step, outcome.Best.Step);
        Assert.Equal(Log(undisturbed.Recipe), Log(recipe));
        Assert.Equal(WeightsOf(undisturbed.Recipe, Last), WeightsOf(recipe, Last));
        Assert.Equal(
            WeightsOf(undisturbed.Recipe, CheckpointStore.BestName), WeightsOf(recipe, CheckpointStore.BestName));
    }

    [Fact]
    public void A_run_ends_early_where_the_metric_does_not_improve_and_stays_ended()
    {
        var recipe = Recipe("stopped", run => run with { EarlyStopping = new() { Patience = 1, MinDelta = 100 } });

        var outcome = Train(recipe);

        Assert.StartsWith(
            "stopped early after epoch 1: val_loss has not improved by 100 for 1 evaluation; best ", outcome.StoppedEarly);
        Assert.Equal(10, outcome.Steps);
        Assert.Contains("checkpoint_1.pth", Checkpoints(recipe));

        var heard = new Recorder();
        var resumed = Train(recipe, heard, CheckpointStore.FindNewest(recipe.Run.OutputDir));
        Assert.Equal(outcome.StoppedEarly, resumed.StoppedEarly);
        Assert.Empty(heard.Steps);
        Assert.Empty(heard.Evaluations);
        Assert.Contains(heard.Messages, message => message.StartsWith("the run is complete, stopped early"));

        var patient = recipe with { Run = recipe.Run with { EarlyStopping = new() { Patience = 2, MinDelta = 100 } } };
        Assert.Equal(15, Train(patient, resume: CheckpointStore.FindNewest(recipe.Run.OutputDir)).Steps);
    }

    [Fact]
    public void A_run_that_dies_before_the_evaluation_that_ends_it_ends_there_all_the_same()
    {
        var recipe = Recipe("died", run => run with { EarlyStopping = new() { Patience = 1, MinDelta = 100 } });
        Assert.Throws<PowerCut>(() => Train(recipe, new Death("saved", 10)));

        var outcome = Train(recipe, resume: CheckpointStore.FindNewest(recipe.Run.OutputDir));

        Assert.NotNull(outcome.StoppedEarly);
        Assert.Equal(10, outcome.Steps);
    }

    [Fact]
    public void A_run_that_waits_to_its_last_epoch_did_not_end_early()
    {
        var recipe = Recipe("waited", run => run with { EarlyStopping = new() { Patience = Epochs - 1, MinDelta = 100 } });

        Assert.Null(Train(recipe).StoppedEarly);
    }

    [Fact]
    public void A_new_run_leaves_the_best_checkpoint_of_an_earlier_one_alone()
    {
        var recipe = Recipe("earlier", run => run with { MaxEpoch = 1 });
        Train(recipe);
        File.Delete(Path.Combine(recipe.Run.OutputDir, "checkpoint_0.pth"));

        Assert.Contains("checkpoint_best.pth", Assert.Throws<InputException>(() => Train(recipe)).Message);
    }

    [Fact]
    public void A_diagnosis_is_left_behind()
    {
        var diagnosis = DiagnosisFile.Read(Path.Combine(undisturbed.Recipe.Run.OutputDir, DiagnosisFile.FileName));

        Assert.Equal(
            [FindingState.Found, undisturbed.Outcome.Diagnosis.Findings[1].State],
            diagnosis.Findings.Take(2).Select(finding => finding.State));
        Assert.Contains(undisturbed.Heard.Messages, message => message.StartsWith("generic answers: "));
    }

    [Fact]
    public void The_answers_do_not_depend_on_the_captions()
    {
        var captions = _project.Clips.PathOf("MERR_fine_grained.json");
        var original = File.ReadAllText(captions);
        try
        {
            File.WriteAllText(captions, original.Replace("Fine caption", "Quite another caption"));
            var recipe = Recipe("other captions", run => run with { MaxEpoch = 1, EvalEpochInterval = 9 });
            Train(recipe);

            var before = FirstAnswers(undisturbed.Recipe);
            var other = FirstAnswers(recipe);
            Assert.Equal(before.Select(answer => answer.Answer), other.Select(answer => answer.Answer));
            Assert.NotEqual(before.Select(answer => answer.Expected), other.Select(answer => answer.Expected));
        }
        finally
        {
            File.WriteAllText(captions, original);
        }

        static IEnumerable<SampleAnswer> FirstAnswers(Recipe recipe) =>
            SampleAnswerLog.Read(Path.Combine(recipe.Run.OutputDir, SampleAnswerLog.FileName))
                .Where(answer => answer.Step == 0);
    }

    [Fact]
    public void Evaluations_leave_no_tensor_behind()
    {
        Train(Recipe("first", run => run with { MaxEpoch = 1 }));
        var before = LiveTensors.CountBefore();

        Train(Recipe("second", run => run with { MaxEpoch = 3 }));

        Assert.Equal(before, LiveTensors.Count);
    }

    private static string Last => $"checkpoint_{Epochs - 1}.pth";

    private Recipe Recipe(string output, Func<RunRecipe, RunRecipe>? change = null) =>
        Undisturbed.CreateRecipe(_project, output, change);

    private static TrainingOutcome Train(Recipe recipe, ITrainingObserver? observer = null, string? resume = null) =>
        Undisturbed.Train(recipe, observer ?? new Recorder(), resume);

    private static IReadOnlyList<ValidationMetrics> Log(Recipe recipe) =>
        ValidationLog.Read(Path.Combine(recipe.Run.OutputDir, ValidationLog.FileName));

    private static IEnumerable<string?> Checkpoints(Recipe recipe) =>
        Directory.GetFiles(recipe.Run.OutputDir, "*.pth").Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private static IReadOnlyDictionary<string, byte[]> WeightsOf(Recipe recipe, string checkpoint) =>
        TrainingFolder.Weights(Path.Combine(recipe.Run.OutputDir, checkpoint));

    /// <summary>A run that nobody disturbed.</summary>
    public sealed class Undisturbed : IDisposable
    {
        public Undisturbed()
        {
            Recipe = CreateRecipe(Project, "undisturbed", change: null);
            Outcome = Train(Recipe, Heard, resume: null);
        }

        internal TinyProject Project { get; } = new();

        internal Recipe Recipe { get; }

        internal TrainingOutcome Outcome { get; }

        internal Recorder Heard { get; } = new();

        public void Dispose() => Project.Dispose();

        internal static Recipe CreateRecipe(TinyProject project, string output, Func<RunRecipe, RunRecipe>? change)
        {
            var recipe = project.CreateRecipe(output);
            var run = recipe.Run with
            {
                LrSched = LearningRateSchedule.Constant,
                MaxEpoch = Epochs,
                Stages =
                [
                    new StageRecipe { Name = "good", FirstEpoch = 0, EndEpoch = Epochs - 1, InitLr = 0.05 },
                    new StageRecipe { Name = "bad", FirstEpoch = Epochs - 1, EndEpoch = Epochs, InitLr = 2 },
                ],
                EvalClips = 3,
                EvalMaxNewTokens = 4,
                EvalTemperatureSamples = 2,
                SampleAnswersInterval = 1,
                SampleAnswersCount = 2,
            };
            return recipe with { Run = change?.Invoke(run) ?? run };
        }

        internal static TrainingOutcome Train(Recipe recipe, ITrainingObserver observer, string? resume)
        {
            using var session = TrainingSession.Open(recipe);
            return TrainingWorkflow.Run(
                session, resume, observer, cancellationToken: TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Keeps what it hears.</summary>
    internal sealed class Recorder : ITrainingObserver
    {
        public List<StepMetrics> Steps { get; } = [];

        public List<ValidationMetrics> Evaluations { get; } = [];

        public List<string> Messages { get; } = [];

        public void OnStep(StepMetrics metrics) => Steps.Add(metrics);

        public void OnValidation(ValidationMetrics metrics) => Evaluations.Add(metrics);

        public void OnMessage(string message) => Messages.Add(message);
    }

    /// <summary>Ends a run without a word at one moment. Logs hear of everything before it does.</summary>
    private sealed class Death(string moment, int step) : ITrainingObserver
    {
        private long _step;

        public void OnStep(StepMetrics metrics)
        {
            _step = metrics.Step;
            Die("after a step");
        }

        public void OnCheckpoint(string path) => Die("saved");

        public void OnValidation(ValidationMetrics metrics) => Die("evaluated");

        public void OnBest(BestMetric best) => Die("best");

        private void Die(string now)
        {
            if (now == moment && _step == step)
                throw new PowerCut();
        }
    }

    private sealed class PowerCut : Exception;
}
