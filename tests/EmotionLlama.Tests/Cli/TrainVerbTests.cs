using System.Text.Json;
using EmotionLlama.Monitoring;
using EmotionLlama.Tests.Workflows;
using EmotionLlama.Training;

namespace EmotionLlama.Tests.Cli;

[Collection(SharedGenerator.Name)]
public sealed class TrainVerbTests(SmallWorld world) : IDisposable
{
    private const string LastCheckpoint = "checkpoint_1.pth";

    private readonly TrainingFolder _folder = new(world);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_saves_each_epoch_and_logs_each_step()
    {
        var run = await _folder.TrainAsync();

        Assert.Equal(0, run.Code);
        Assert.Equal([_folder.OutputFile("checkpoint_0.pth"), _folder.OutputFile(LastCheckpoint)], Checkpoints());
        Assert.Equal([1, 2, 3, 4, 5, 6], Metrics().Select(step => (int)step.Step));
        Assert.True(File.Exists(_folder.OutputFile("recipe.yaml")));
        Assert.NotEmpty(Directory.EnumerateFiles(_folder.OutputFile("tensorboard")));
        var loaded = Assert.Single(run.Events("loaded"));
        Assert.Equal(
            ["llama", "vision_tower"],
            loaded.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("part").GetString()));
        Assert.Equal("model.embed_tokens", loaded.GetProperty("files")[0].GetProperty("taken_modules")[0]
            .GetProperty("module").GetString());
        var outcome = Assert.Single(run.Events("done"));
        Assert.Equal(6, outcome.GetProperty("steps").GetInt64());
        Assert.Equal(_folder.OutputFile(LastCheckpoint), outcome.GetProperty("checkpoint").GetString());
    }

    [Fact]
    public async Task Two_runs_with_one_seed_end_in_the_same_weights_and_another_seed_in_others()
    {
        Assert.Equal(0, (await _folder.TrainAsync()).Code);
        Assert.Equal(0, (await _folder.TrainAsync($"run.output_dir={_folder["again"]}", "run.num_workers=0")).Code);
        Assert.Equal(0, (await _folder.TrainAsync($"run.output_dir={_folder["other"]}", "run.seed=6")).Code);

        var weights = TrainingFolder.Weights(_folder.OutputFile(LastCheckpoint));
        Assert.Equal(weights, TrainingFolder.Weights(Path.Combine(_folder["again"], LastCheckpoint)));
        Assert.NotEqual(weights, TrainingFolder.Weights(Path.Combine(_folder["other"], LastCheckpoint)));
    }

    [Theory]
    [InlineData(2, "auto")]
    [InlineData(3, "auto")]
    [InlineData(5, "auto")]
    [InlineData(2, "fp8")]
    [InlineData(5, "nf4")]
    public async Task A_run_that_was_stopped_and_resumed_ends_in_the_weights_of_one_that_was_not(int step, string frozen)
    {
        var format = $"model.frozen_weights={frozen}";
        Assert.Equal(0, (await _folder.TrainAsync(format, $"run.output_dir={_folder["whole"]}")).Code);

        var stopped = await _folder.TrainAsync([format], [], stopAfterStep: step);
        Assert.Equal(130, stopped.Code);
        Assert.Equal("stopped", stopped.ErrorLine);
        Assert.Equal(step != 3, File.Exists(_folder.OutputFile(CheckpointStore.LatestName)));
        var resumed = await _folder.TrainAsync([format], ["--resume"]);

        Assert.Equal(0, resumed.Code);
        Assert.Equal(Enumerable.Range(step + 1, 6 - step), resumed.Events("step").Select(StepOf));
        Assert.Equal([1, 2, 3, 4, 5, 6], Metrics().Select(metrics => (int)metrics.Step));
        Assert.Equal(
            TrainingFolder.Weights(Path.Combine(_folder["whole"], LastCheckpoint)),
            TrainingFolder.Weights(_folder.OutputFile(LastCheckpoint)));
    }

    [Fact]
    public async Task A_run_that_is_complete_has_nothing_left_to_resume()
    {
        var first = await _folder.TrainAsync("datasets.world.validation_file=world_held_out.txt");
        var resumed = await _folder.TrainAsync(["datasets.world.validation_file=world_held_out.txt"], ["--resume"]);

        Assert.Equal(0, resumed.Code);
        Assert.Empty(resumed.Events("step"));
        foreach (var key in (string[])["loss_first", "loss_last", "validation_loss_first", "validation_loss_last"])
            Assert.Equal(Outcome(first, key), Outcome(resumed, key), 1e-6);
    }

    [Fact]
    public async Task A_new_run_leaves_the_checkpoints_of_an_earlier_one_alone()
    {
        Assert.Equal(0, (await _folder.TrainAsync("run.max_epoch=1")).Code);
        var saved = File.ReadAllBytes(_folder.OutputFile("checkpoint_0.pth"));

        var second = await _folder.TrainAsync();

        Assert.Equal(2, second.Code);
        Assert.Contains("--resume", second.ErrorLine, StringComparison.Ordinal);
        Assert.Equal(saved, File.ReadAllBytes(_folder.OutputFile("checkpoint_0.pth")));
    }

    [Fact]
    public async Task There_must_be_a_checkpoint_to_resume_from()
    {
        var run = await _folder.TrainAsync([], ["--resume"]);

        Assert.Equal(2, run.Code);
        Assert.Contains(_folder.Output, run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_checkpoint_to_resume_from_is_refused()
    {
        File.WriteAllText(_folder["half.pth"], "PK\u0003\u0004");

        var run = await _folder.TrainAsync([], ["--resume", _folder["half.pth"]]);

        Assert.Equal(2, run.Code);
        Assert.StartsWith(_folder["half.pth"], run.ErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain("ln_vision", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_replace_values_of_the_recipe()
    {
        var run = await _folder.TrainAsync("run.max_epoch=1", "datasets.world.batch_size=1");

        Assert.Equal(0, run.Code);
        Assert.Equal([1, 1, 1], Metrics().Select(step => step.Samples));
    }

    [Fact]
    public async Task Only_the_last_epochs_are_kept_where_the_recipe_says_so()
    {
        Assert.Equal(0, (await _folder.TrainAsync("run.keep_last=1")).Code);

        Assert.Equal([_folder.OutputFile(LastCheckpoint)], Checkpoints());
    }

    [Fact]
    public async Task Accumulated_micro_batches_make_one_step()
    {
        Assert.Equal(0, (await _folder.TrainAsync("run.accum_grad_iters=3")).Code);

        Assert.Equal([6, 6], Metrics().Select(step => step.Samples));
    }

    [Fact]
    public async Task Sub_stages_have_rates_of_their_own()
    {
        var run = await _folder.TrainAsync(
            "run.lr_sched=constant",
            "run.stages=[{name: a, epochs: 0-1, init_lr: 2e-3}, {name: b, epochs: 1-2, init_lr: 1e-4}]");

        Assert.Equal(0, run.Code);
        Assert.Equal([2e-3, 2e-3, 2e-3, 1e-4, 1e-4, 1e-4], Metrics().Select(step => step.LearningRate));
    }

    [Fact]
    public async Task The_held_out_loss_is_measured_before_training_and_after_each_epoch()
    {
        var run = await _folder.TrainAsync("datasets.world.validation_file=world_held_out.txt");

        Assert.Equal([0, 3, 6], run.Events("validation").Select(StepOf));
        Assert.Equal([0L, 3L, 6L], ValidationLog.Read(_folder.OutputFile(ValidationLog.FileName)).Select(line => line.Step));
        Assert.True(Outcome(run, "validation_loss_last") < Outcome(run, "validation_loss_first"));
    }

    [Fact]
    public async Task The_best_checkpoint_by_clue_overlap_is_kept_and_named()
    {
        var run = await _folder.TrainAsync(
            "datasets.world.validation_file=world_held_out.txt", "run.metric=clue_overlap", "run.save_best=true",
            "run.eval_clips=3", "run.eval_max_new_tokens=60", "run.max_epoch=3", "run.init_lr=5e-3");

        Assert.Equal(0, run.Code);
        var overlaps = run.Events("validation").Select(line => line.GetProperty("clue_overlap").GetDouble()).ToList();
        Assert.Equal(4, overlaps.Count);
        Assert.All(overlaps, overlap => Assert.InRange(overlap, 0, 10));
        var best = Assert.Single(run.Events("done")).GetProperty("best");
        Assert.Equal("clue_overlap", best.GetProperty("metric").GetString());
        Assert.Equal(overlaps.Skip(1).Max(), best.GetProperty("value").GetDouble());
        Assert.Equal(overlaps.IndexOf(overlaps.Skip(1).Max(), 1) - 1, best.GetProperty("epoch").GetInt32());
        Assert.Equal(
            TrainingFolder.Weights(_folder.OutputFile($"checkpoint_{best.GetProperty("epoch").GetInt32()}.pth")),
            TrainingFolder.Weights(_folder.OutputFile(CheckpointStore.BestName)));
    }

    [Fact]
    public async Task The_end_of_a_run_names_its_best_why_it_stopped_and_its_troubles()
    {
        var run = await CliRun.Of(
            "train", "--cfg-path", _folder.Recipe, "--options", "datasets.world.validation_file=world_held_out.txt",
            "run.early_stopping={patience: 1, min_delta: 100}", "run.max_epoch=4", "run.eval_clips=2",
            "run.eval_max_new_tokens=3", "run.save_best=true");

        Assert.Equal(0, run.Code);
        Assert.Contains("stopped early after epoch 1: val_loss has not improved by 100", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"after epoch 1, kept as {_folder.OutputFile(CheckpointStore.BestName)}", run.Output, StringComparison.Ordinal);
        Assert.Contains("generic answers: ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sample_answers_are_logged_and_disturb_nothing_that_training_draws()
    {
        Assert.Equal(0, (await _folder.TrainAsync($"run.output_dir={_folder["silent"]}")).Code);
        var run = await _folder.TrainAsync("run.sample_answers_interval=1", "run.sample_answers_count=1");

        Assert.Equal(0, run.Code);
        var answers = SampleAnswerLog.Read(_folder.OutputFile(SampleAnswerLog.FileName));
        Assert.Equal([0L, 3L, 6L], answers.Select(answer => answer.Step));
        Assert.All(answers, answer => Assert.Equal(TrainingFolder.Clip(0), answer.Clip));
        Assert.Equal(
            TrainingFolder.Weights(Path.Combine(_folder["silent"], LastCheckpoint)),
            TrainingFolder.Weights(_folder.OutputFile(LastCheckpoint)));
    }

    [Fact]
    public async Task Clips_that_cannot_be_read_are_skipped_and_counted_where_the_recipe_says_so()
    {
        File.Delete(Path.Combine(_folder.Data, "HL-UTT", TrainingFolder.Clip(0) + ".npy"));
        File.Delete(Path.Combine(_folder.Data, "frames", TrainingFolder.Clip(SmallWorld.Clips) + ".png"));

        var run = await CliRun.Of(
            "train", "--cfg-path", _folder.Recipe, "--options", "run.on_bad_sample=skip", "run.iters_per_epoch=6",
            "datasets.world.validation_file=world_held_out.txt", "run.sample_answers_interval=1");

        Assert.Equal(0, run.Code);
        Assert.Empty(run.Error);
        Assert.Contains("1 clips cannot be read", run.Output, StringComparison.Ordinal);
        Assert.Contains("2 samples could not be read and were skipped", run.Output, StringComparison.Ordinal);
        Assert.Contains($"{TrainingFolder.Clip(1)} after 0 steps", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain($"{TrainingFolder.Clip(0)} after", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_shows_what_would_happen_and_writes_nothing()
    {
        var run = await CliRun.Of("train", "--dry-run", "--cfg-path", _folder.Recipe);

        Assert.Equal(0, run.Code);
        Assert.False(Directory.Exists(_folder.Output));
        foreach (var part in (string[])["world: 12 clips", "every clip can be read", "[INST]", "2 epochs, 6 optimizer steps", "memory, about"])
            Assert.Contains(part, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_for_machines_says_what_is_learned_of_three_prompts()
    {
        var report = (await _folder.TrainAsync([], ["--dry-run"])).Json;

        Assert.Equal(6, report.GetProperty("steps").GetInt64());
        Assert.True(report.GetProperty("memory").GetProperty("total_bytes").GetInt64() > 1_000_000);
        Assert.True(report.GetProperty("trained_weights").GetInt64() > 0);
        var prompts = report.GetProperty("prompts").EnumerateArray().ToList();
        Assert.Equal(3, prompts.Count);
        foreach (var prompt in prompts)
        {
            var kinds = prompt.GetProperty("segments").EnumerateArray()
                .Select(segment => segment.GetProperty("kind").GetString()!).ToList();
            Assert.Equal("learned", kinds[^1]);
            Assert.Single(kinds, "learned");
            Assert.Contains("inserted", kinds);
        }
    }

    [Fact]
    public async Task A_dry_run_reports_all_bad_clips_before_it_refuses_them()
    {
        File.Delete(Path.Combine(_folder.Data, "HL-UTT", TrainingFolder.Clip(0) + ".npy"));
        File.Delete(Path.Combine(_folder.Data, "frames", TrainingFolder.Clip(4) + ".png"));

        var run = await _folder.TrainAsync([], ["--dry-run"]);

        Assert.Equal(2, run.Code);
        Assert.Contains("one more clip cannot be read", run.ErrorLine, StringComparison.Ordinal);
        Assert.Equal(2, run.Json.GetProperty("data")[0].GetProperty("file_problems").GetArrayLength());
        Assert.Equal(3, run.Json.GetProperty("prompts").GetArrayLength());
    }

    private IReadOnlyList<StepMetrics> Metrics() => MetricLog.Read(_folder.OutputFile(MetricLog.FileName));

    private IEnumerable<string> Checkpoints() =>
        Directory.EnumerateFiles(_folder.Output, "*.pth").Order(StringComparer.Ordinal);

    private static int StepOf(JsonElement line) => line.GetProperty("step").GetInt32();

    private static double Outcome(CliRun run, string key) =>
        Assert.Single(run.Events("done")).GetProperty(key).GetDouble();
}
