using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace EmotionLlama.Cli;

/// <summary>How verbs print: rich text on a terminal, plain text in a pipe, JSON for machines.</summary>
internal static class CliOutput
{
    // Lines in a pipe or a log are never broken: what reads them expects a fact a line, and whole paths.
    private const int PipeWidth = 10_000;

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,

        // A run of no steps has no losses.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A Spectre console on the verb's output.</summary>
    public static IAnsiConsole Console(this ParseResult parsed)
    {
        var output = new AnsiConsoleOutput(parsed.InvocationConfiguration.Output);
        if (output.IsTerminal && !IsUnderMpirun)
            return AnsiConsole.Create(new AnsiConsoleSettings { Out = output });

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = output, Ansi = AnsiSupport.No });
        console.Profile.Width = PipeWidth;
        return console;
    }

    /// <summary>mpirun gives its ranks a terminal that nobody looks at; what they print goes through a pipe.</summary>
    private static bool IsUnderMpirun => Environment.GetEnvironmentVariable("OMPI_COMM_WORLD_SIZE") is not null;

    /// <summary>Prints an object as JSON, its keys in snake case.</summary>
    public static void WriteJson<T>(this ParseResult parsed, T value) =>
        parsed.InvocationConfiguration.Output.WriteLine(JsonSerializer.Serialize(value, JsonOptions));
}
