using EmotionLlama.Distributed;

namespace EmotionLlama.Tests.Distributed;

/// <summary>Ranks that this program starts itself; here shells in its place.</summary>
public sealed class LocalRanksTests
{
    public LocalRanksTests()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("no POSIX shell here");
    }

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_rank_is_told_its_place_and_rank_0_is_heard()
    {
        var (code, output, error) = await RunAsync(
            3, "echo $RANK of $WORLD_SIZE, $LOCAL_RANK, $MASTER_ADDR; echo same >&2; echo \"only $RANK\" >&2", Never);

        Assert.Equal(0, code);
        Assert.Equal("0 of 3, 0, 127.0.0.1", output.Trim());
        Assert.Equal(["only 0", "only 1", "only 2", "same"], error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Fact]
    public async Task When_one_ends_badly_the_others_are_not_left_running()
    {
        using var folder = new TemporaryFolder();
        var (code, _, error) = await RunAsync(
            2,
            $"echo $$ > {folder.Location}/$RANK; if [ $RANK = 1 ]; then echo 'emotion-llama: bad clip' >&2; exit 2; fi; "
            + "echo 'emotion-llama: rank 1: bad clip' >&2; exec sleep 600",
            Never);

        Assert.Equal(2, code);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.False(Directory.Exists($"/proc/{File.ReadAllText(folder["0"]).Trim()}"), "rank 0 is still running");
    }

    [Fact]
    public async Task A_stop_is_passed_on()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var running = RunAsync(
            2, $"trap 'exit 130' TERM; touch {folder.Location}/$RANK; while true; do sleep 0.05; done", stop.Token);
        while (Directory.GetFiles(folder.Location).Length < 2)
            await Task.Delay(10, TestContext.Current.CancellationToken);

        await stop.CancelAsync();

        Assert.Equal(130, (await running).Code);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(130, 130, 130)]
    [InlineData(2, 1, 2)]
    [InlineData(1, 0, 137)]
    [InlineData(1, 1, 137)]
    [InlineData(1, 130, 1)]
    public void The_exit_code_of_the_job_follows_from_those_of_its_ranks(int expected, int first, int second) =>
        Assert.Equal(expected, LocalRanks.ExitCode([first, second]));

    private static async Task<(int Code, string Output, string Error)> RunAsync(
        int count, string script, CancellationToken stop)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await new LocalRanks(count, output, error).RunAsync("/bin/sh", ["-c", script], stop);
        return (code, output.ToString(), error.ToString());
    }
}
