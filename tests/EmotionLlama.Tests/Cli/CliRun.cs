using System.Text.Json;
using EmotionLlama.Cli;

namespace EmotionLlama.Tests.Cli;

/// <summary>What one command line did.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record CliRun(int Code, string Output, string Error)
{
    /// <summary>The output as one JSON value.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>The only line of standard error, without the program's name.</summary>
    public string ErrorLine
    {
        get
        {
            const string Program = "emotion-llama: ";
            var line = Assert.Single(Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
            Assert.StartsWith(Program, line, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
            return line[Program.Length..];
        }
    }

    /// <summary>The JSON lines of the output with one <c>event</c>.</summary>
    public IReadOnlyList<JsonElement> Events(string name) =>
    [
        .. Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("event").GetString() == name),
    ];

    /// <summary>Runs a command line in this process.</summary>
    public static Task<CliRun> Of(params string[] args) => Of(args, stopAfterStep: null);

    /// <summary>Runs a command line in this process, and stops it as Ctrl-C would.</summary>
    /// <param name="args">The command line; with <c>--json</c> where it is to be stopped.</param>
    /// <param name="stopAfterStep">The training step after which it is stopped; null never stops it.</param>
    public static async Task<CliRun> Of(IReadOnlyList<string> args, int? stopAfterStep)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var output = new StoppingWriter(stop, stopAfterStep);
        using var error = new StringWriter();
        var code = await CliApp.RunAsync(args, output, error, stop.Token);
        return new CliRun(code, output.ToString(), error.ToString());
    }

    private sealed class StoppingWriter(CancellationTokenSource stop, int? step) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (step is not null && value!.StartsWith($$"""{"event":"step","step":{{step}},""", StringComparison.Ordinal))
                stop.Cancel();
        }
    }
}
