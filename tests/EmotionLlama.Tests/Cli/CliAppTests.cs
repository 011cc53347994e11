using System.CommandLine;
using System.Text.Json;
using EmotionLlama.Cli;

namespace EmotionLlama.Tests.Cli;

public sealed class CliAppTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    [Theory]
    [InlineData]
    [InlineData("--help")]
    public async Task Help_lists_the_verbs_and_succeeds(params string[] args)
    {
        Assert.Equal(0, await RunAsync(args));

        Assert.Contains("doctor", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_error.ToString());
    }

    [Theory]
    [InlineData("doctr")]
    [InlineData("--nope")]
    [InlineData("doctor", "--output")]
    public async Task A_command_line_that_does_not_parse_is_one_line_and_exit_code_2(params string[] args)
    {
        Assert.Equal(2, await RunAsync(args));

        Assert.Empty(_output.ToString());
        Assert.Contains(args[^1], ErrorLine(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_input_is_one_line_and_exit_code_2()
    {
        Assert.Equal(2, await RunVerbAsync(_ => throw new InputException("recipe.yaml:3: unknown key")));

        Assert.Equal("emotion-llama: recipe.yaml:3: unknown key", ErrorLine());
    }

    [Fact]
    public async Task An_unexpected_error_is_one_line_that_points_at_debug_and_exit_code_1()
    {
        Assert.Equal(1, await RunVerbAsync(_ => throw new InvalidOperationException("first\nsecond")));

        Assert.Equal(
            "emotion-llama: InvalidOperationException: first second; run with --debug for the stack trace",
            ErrorLine());
    }

    [Fact]
    public async Task Debug_prints_the_stack_trace()
    {
        Assert.Equal(1, await RunVerbAsync(_ => throw new InvalidOperationException("it"), "verb", "--debug"));

        Assert.Contains("   at EmotionLlama.Tests.Cli", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verb_that_was_stopped_exits_with_130()
    {
        using var stop = new CancellationTokenSource();
        var verb = new Command("verb");
        verb.SetAction(async (_, token) =>
        {
            await stop.CancelAsync();
            token.ThrowIfCancellationRequested();
        });

        var code = await CliApp.RunAsync(new GlobalOptions(), [verb], ["verb"], _output, _error, stop.Token);

        Assert.Equal(130, code);
        Assert.Equal("emotion-llama: stopped", ErrorLine());
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_is_a_failure()
    {
        Assert.Equal(1, await RunVerbAsync(_ => throw new OperationCanceledException()));
    }

    [Fact]
    public async Task Doctor_reports_the_machine_to_people()
    {
        Assert.Equal(0, await RunAsync("doctor"));

        foreach (var line in (string[])["libtorch", "processor", "memory", "GPU", "ffmpeg", "disk", "ready"])
            Assert.Contains(line, _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_reports_the_machine_to_machines()
    {
        Assert.Equal(0, await RunAsync("doctor", "--json", "--output", Path.GetTempPath()));

        var report = JsonDocument.Parse(_output.ToString()).RootElement;
        Assert.StartsWith("2.", report.GetProperty("engine").GetProperty("lib_torch_version").GetString());
        Assert.True(report.GetProperty("cpu").GetProperty("cores").GetInt32() >= 1);
        Assert.True(report.GetProperty("disk_free_bytes").GetInt64() > 0);
        Assert.True(report.GetProperty("able").GetBoolean());
    }

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    private Task<int> RunAsync(params string[] args) =>
        CliApp.RunAsync(args, _output, _error, TestContext.Current.CancellationToken);

    private Task<int> RunVerbAsync(Action<ParseResult> action, params string[] args)
    {
        var verb = new Command("verb");
        verb.SetAction(action);
        return CliApp.RunAsync(
            new GlobalOptions(), [verb], args is [] ? ["verb"] : args, _output, _error, CancellationToken.None);
    }

    private string ErrorLine()
    {
        var text = _error.ToString();
        Assert.EndsWith(Environment.NewLine, text, StringComparison.Ordinal);
        var line = text[..^Environment.NewLine.Length];
        Assert.DoesNotContain('\n', line);
        return line;
    }
}
