using EmotionLlama.Configuration;
using EmotionLlama.Tests.Workflows;
using EmotionLlama.Training;
using EmotionLlama.Workflows;

namespace EmotionLlama.Tests.Cli;

/// <summary>Averages of real runs on the small world.</summary>
[Collection(SharedGenerator.Name)]
public sealed class AverageVerbTests(SmallWorld world) : IDisposable
{
    private readonly TrainingFolder _folder = new(world);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_average_of_the_last_three_is_at_least_as_good_as_their_mean_and_loads()
    {
        await TrainAsync(epochs: 5);
        var average = _folder["averaged.pth"];

        var run = await CliRun.Of("average", _folder.Output, "--last", "3", "--output", average, "--json");

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal([2, 3, 4], run.Json.GetProperty("contributions").EnumerateArray().Select(part => part.GetProperty("epoch").GetInt32()));
        double[] alone = [.. new[] { 2, 3, 4 }.Select(epoch => Loss(_folder.OutputFile($"checkpoint_{epoch}.pth")))];
        var together = Loss(average);
        TestContext.Current.TestOutputHelper?.WriteLine($"{string.Join(", ", alone)} → {together}");
        Assert.True(together <= alone.Average(), $"{together} > mean of {string.Join(", ", alone)}");

        var answer = await CliRun.Of(
            "generate", "--cfg-path", _folder.Recipe, "--ckpt", average, "--clip", TrainingFolder.Clip(0), "--json",
            "--max-new-tokens", "3");
        Assert.Equal((0, ""), (answer.Code, answer.Error));
        var trained = await _folder.TrainAsync(
            $"model.ckpt={average}", "run.max_epoch=1", "run.iters_per_epoch=1", $"run.output_dir={_folder["again"]}");
        Assert.Equal(0, trained.Code);
        var loaded = Assert.Single(trained.Events("loaded")).GetProperty("files")[2];
        Assert.Equal(average, loaded.GetProperty("location").GetString());
        Assert.Equal(0, loaded.GetProperty("missing").GetArrayLength());
    }

    [Fact]
    public async Task A_greedy_average_is_at_least_as_good_as_the_best_of_its_checkpoints()
    {
        await TrainAsync(epochs: 3);
        var average = _folder["greedy.pth"];

        var run = await CliRun.Of(
            "average", _folder.Output, "--epochs", "0,1,2", "--output", average, "--greedy", "--cfg-path", _folder.Recipe,
            "--options", "datasets.world.validation_file=world_held_out.txt", "--json");

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal("val_loss", run.Json.GetProperty("metric").GetString());
        var steps = run.Json.GetProperty("soup").EnumerateArray().ToList();
        var best = Enumerable.Range(0, 3).Min(epoch => Loss(_folder.OutputFile($"checkpoint_{epoch}.pth")));
        Assert.Equal(best, steps[0].GetProperty("alone").GetDouble(), 1e-6);
        Assert.True(Loss(average) <= best + 1e-6);
    }

    [Theory]
    [InlineData("clue_overlap", 10)]
    [InlineData("accuracy", 1)]
    public async Task Answers_may_decide_too(string metric, double most)
    {
        await TrainAsync(epochs: 2);

        var run = await CliRun.Of(
            "average", _folder.Output, "--last", "2", "--output", _folder["greedy.pth"], "--greedy", "--cfg-path",
            _folder.Recipe, "--metric", metric, "--json", "--options",
            "datasets.world.validation_file=world_held_out.txt", "run.eval_clips=2", "run.eval_max_new_tokens=20");

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(metric, run.Json.GetProperty("metric").GetString());
        Assert.All(run.Json.GetProperty("soup").EnumerateArray(), step =>
            Assert.InRange(step.GetProperty("alone").GetDouble(), 0, most));
    }

    [Fact]
    public async Task People_see_shares_distances_and_where_the_file_is()
    {
        await TrainAsync(epochs: 2);

        var run = await CliRun.Of(
            "average", _folder.OutputFile("checkpoint_0.pth"), _folder.OutputFile("checkpoint_1.pth"), "--output",
            _folder["out.pth"], "--weights", "1", "3");

        Assert.Equal(0, run.Code);
        Assert.Contains("2 of 2 checkpoints averaged (weighted)", run.Output);
        Assert.Contains("25 %", run.Output);
        Assert.Contains("75 %", run.Output);
        Assert.Contains("cosine", run.Output);
        Assert.Contains(_folder["out.pth"], run.Output);
        var inspected = await CliRun.Of("inspect", _folder["out.pth"]);
        Assert.Contains("checkpoint_1.pth, epoch 1: 75 %", inspected.Output);
        var resumed = await _folder.TrainAsync([], ["--resume", _folder["out.pth"]]);
        Assert.Equal(2, resumed.Code);
        Assert.Contains("model.ckpt", resumed.ErrorLine);
    }

    [Theory]
    [InlineData("a.pth b.pth", "a.pth")]
    [InlineData("a.pth b.pth --weights 1 two", "--weights: 'two'")]
    [InlineData("a.pth b.pth --epochs 1", "--epochs")]
    [InlineData("a.pth b.pth --metric accuracy", "--greedy")]
    [InlineData("a.pth b.pth --greedy", "--cfg-path")]
    [InlineData("a.pth b.pth --greedy --weights 1 2 --cfg-path recipe.yaml", "--weights")]
    [InlineData("a.pth b.pth --greedy --cfg-path nowhere.yaml", "nowhere.yaml")]
    public async Task A_mistake_is_one_line_and_exit_code_2(string arguments, string part)
    {
        var run = await CliRun.Of(["average", .. arguments.Split(' '), "--output", _folder["out.pth"]]);

        Assert.Equal(2, run.Code);
        Assert.Contains(part, run.ErrorLine, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["out.pth"]));
    }

    [Theory]
    [InlineData("--metric", "f1", "--metric f1: unknown")]
    [InlineData("--metric", "val_loss", "validation_file")]
    public async Task A_greedy_average_needs_a_metric_and_held_out_clips(string option, string value, string part)
    {
        await TrainAsync(epochs: 2);

        var run = await CliRun.Of(
            "average", _folder.Output, "--last", "2", "--output", _folder["out.pth"], "--greedy", "--cfg-path",
            _folder.Recipe, option, value);

        Assert.Equal(2, run.Code);
        Assert.Contains(part, run.ErrorLine, StringComparison.Ordinal);
    }

    private async Task TrainAsync(int epochs) => Assert.Equal(
        0, (await _folder.TrainAsync($"run.max_epoch={epochs}", "run.lr_sched=constant", "run.init_lr=3e-3")).Code);

    /// <summary>The loss of a checkpoint on the held-out clips.</summary>
    private double Loss(string checkpoint)
    {
        var recipe = RecipeReader.Read(
            _folder.Recipe,
            [$"model.ckpt={checkpoint}", "datasets.world.validation_file=world_held_out.txt"]).Recipe;
        using var session = TrainingSession.Open(recipe);
        var model = session.BuildModel();
        return ValidationLoss.Measure(
            model, session.HeldOut[0], session.Prompts(model), 6, TestContext.Current.CancellationToken);
    }
}
