namespace EmotionLlama.Tests.Cli;

public sealed class MakeTinyVerbTests
{
    [Fact]
    public async Task Its_help_names_its_options()
    {
        var run = await CliRun.Of("make-tiny", "--help");

        Assert.Equal(0, run.Code);
        Assert.Contains("--output", run.Output, StringComparison.Ordinal);
        Assert.Contains("--seed", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_to_is_refused_before_minutes_of_work()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");

        var run = await CliRun.Of("make-tiny", "--output", folder["file"]);

        Assert.Equal(2, run.Code);
        Assert.Contains(folder["file"], run.ErrorLine, StringComparison.Ordinal);
    }
}
