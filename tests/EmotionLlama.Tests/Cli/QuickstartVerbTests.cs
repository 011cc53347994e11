using System.Text.Json;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Tests.Cli;

[Collection(SharedGenerator.Name)]
public sealed class QuickstartVerbTests(QuickstartRun quickstart) : IClassFixture<QuickstartRun>
{
    private const string TrainingClip = "world_00007_0000000";
    private const string HeldOutClip = "world_00007_0000036";

    [Fact]
    public void It_succeeds_and_tells_the_story()
    {
        Assert.True(quickstart.Result.Code == 0, quickstart.Result.Error);
        Assert.Empty(quickstart.Result.Error);
        foreach (var part in (string[])["accuracy before", "after 0 steps", "accuracy without voice", "report.html"])
            Assert.Contains(part, quickstart.Result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_summary_has_the_agreed_keys_and_sane_values()
    {
        Assert.InRange(Number("seconds"), 1, 600);
        Assert.True(Number("loss_last") < 0.9 * Number("loss_first"));
        Assert.InRange(Number("accuracy_before"), 0, 0.35);
        foreach (var key in (string[])["after", "without_face", "without_voice", "without_words"])
            Assert.InRange(Number("accuracy_" + key), 0, 1);

        Assert.Equal(quickstart.PathOf("checkpoint_3.pth"), quickstart.Summary.GetProperty("checkpoint").GetString());
        Assert.Equal(quickstart.PathOf("report.html"), quickstart.Summary.GetProperty("report").GetString());
        Assert.True(File.Exists(quickstart.PathOf("checkpoint_3.pth")));
    }

    [Fact]
    public void Its_report_stands_on_its_own()
    {
        var report = File.ReadAllText(quickstart.PathOf("report.html"));

        Assert.StartsWith("<!DOCTYPE html>", report, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("<svg", report, StringComparison.Ordinal);
        Assert.Contains("data:image/png;base64,", report, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", report, StringComparison.Ordinal);
        Assert.DoesNotContain("<link", report, StringComparison.Ordinal);
        Assert.DoesNotContain("<script src", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_logs_tell_of_every_step_and_of_the_answers_from_before_training_on()
    {
        var steps = MetricLog.Read(quickstart.PathOf(MetricLog.FileName));
        Assert.Equal(Enumerable.Range(1, steps.Count), steps.Select(step => (int)step.Step));
        Assert.NotEmpty(Directory.EnumerateFiles(quickstart.PathOf("tensorboard")));

        var answers = SampleAnswerLog.Read(quickstart.PathOf(SampleAnswerLog.FileName));
        var aboutFirst = answers.Where(answer => answer.Clip == HeldOutClip).ToList();
        Assert.Equal(0, aboutFirst[0].Step);
        Assert.Equal(steps.Count, aboutFirst[^1].Step);
        Assert.Equal(5, aboutFirst.Count);
        Assert.NotEqual(aboutFirst[0].Answer, aboutFirst[^1].Answer);
    }

    [Fact]
    public async Task Its_recipe_can_be_run_again()
    {
        var run = await CliRun.Of("train", "--dry-run", "--json", "--cfg-path", quickstart.PathOf("recipe.yaml"));

        Assert.Equal(0, run.Code);
        Assert.Equal(36, run.Json.GetProperty("data")[0].GetProperty("clips").GetInt32());
    }

    [Theory]
    [InlineData(TrainingClip)]
    [InlineData(HeldOutClip)]
    public async Task Its_model_answers_about_a_clip(string clip)
    {
        var run = await GenerateAsync("--clip", clip);

        Assert.Equal(0, run.Code);
        Assert.InRange(run.Output.Trim().Split(' ').Length, 5, 120);
    }

    [Fact]
    public async Task Its_model_answers_for_machines_and_to_questions_of_ones_own()
    {
        var run = await GenerateAsync("--clip", TrainingClip, "--instruction", "What does the face show?", "--json");

        Assert.Equal(0, run.Code);
        Assert.Equal(TrainingClip, run.Json.GetProperty("clip").GetString());
        Assert.Contains("What does the face show?", run.Json.GetProperty("instruction").GetString(), StringComparison.Ordinal);
        Assert.True(run.Json.GetProperty("tokens").GetInt32() > 0);
        Assert.NotEqual(JsonValueKind.Undefined, run.Json.GetProperty("predicted").ValueKind);
    }

    [Fact]
    public async Task A_clip_that_is_not_there_is_refused_by_name()
    {
        var run = await GenerateAsync("--clip", "nobody");

        Assert.Equal(2, run.Code);
        Assert.Contains("nobody", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_clips_are_refused_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();

        var run = await CliRun.Of("quickstart", "--clips", "5", "--output", folder["output"]);

        Assert.Equal(2, run.Code);
        Assert.Contains("--clips is 5", run.ErrorLine, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["output"]));
    }

    private Task<CliRun> GenerateAsync(params string[] arguments) => CliRun.Of(
    [
        "generate", "--cfg-path", quickstart.PathOf("recipe.yaml"), "--ckpt", quickstart.PathOf("checkpoint_3.pth"),
        .. arguments,
    ]);

    private double Number(string key) => quickstart.Summary.GetProperty(key).GetDouble();
}
