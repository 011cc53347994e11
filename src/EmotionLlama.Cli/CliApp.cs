using System.CommandLine;
using EmotionLlama.Cli.Verbs;

namespace EmotionLlama.Cli;

/// <summary>The command line: parses, runs one verb, and turns every way it can end into an exit code.</summary>
internal static class CliApp
{
    /// <summary>Runs one command line.</summary>
    /// <param name="args">What follows the program's name.</param>
    /// <param name="output">Results, for people or, with <c>--json</c>, for machines.</param>
    /// <param name="error">One line about what went wrong.</param>
    /// <param name="stop">Asks the verb to save what it has and end.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static Task<int> RunAsync(
        IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken stop = default)
    {
        var globals = new GlobalOptions();
        Func<GlobalOptions, Command>[] verbs =
        [
            QuickstartVerb.Create, TrainVerb.Create, AverageVerb.Create, EvaluateVerb.Create, ScoreVerb.Create,
            GenerateVerb.Create, ExtractVerb.Create, BuildDatasetVerb.Create, InspectVerb.Create, ExportVerb.Create,
            VerifyVerb.Create, ConvertEmerVerb.Create, MakeTinyVerb.Create, DoctorVerb.Create,
        ];
        return RunAsync(globals, verbs.Select(create => create(globals)), args, output, error, stop);
    }

    /// <summary>Runs one command line of a program that has these verbs.</summary>
    internal static async Task<int> RunAsync(
        GlobalOptions globals,
        IEnumerable<Command> verbs,
        IReadOnlyList<string> args,
        TextWriter output,
        TextWriter error,
        CancellationToken stop)
    {
        var parsed = CreateRoot(globals, verbs).Parse(args);
        if (parsed.Errors is [var first, ..])
            return Fail(ExitCode.BadInput, $"{first.Message.TrimEnd('.')}; see 'emotion-llama --help'");

        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(configuration, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Fail(ExitCode.Stopped, "stopped");
        }
        catch (Exception e) when (parsed.GetValue(globals.Debug))
        {
            error.WriteLine(e);
            return e is InputException ? ExitCode.BadInput : ExitCode.Failed;
        }
        catch (InputException e)
        {
            return Fail(ExitCode.BadInput, e.Message);
        }
        catch (Exception e)
        {
            return Fail(ExitCode.Failed, $"{e.GetType().Name}: {e.Message}; run with --debug for the stack trace");
        }

        int Fail(int code, string message)
        {
            error.WriteLine($"emotion-llama: {message.ReplaceLineEndings(" ")}");
            return code;
        }
    }

    private static RootCommand CreateRoot(GlobalOptions globals, IEnumerable<Command> verbs)
    {
        var root = new RootCommand(
            "Tunes, evaluates and serves Emotion-LLaMA: what a person in a clip feels, and why.");
        globals.AddTo(root);
        foreach (var verb in verbs)
            root.Add(verb);

        root.SetAction((parsed, stop) => root.Parse(["--help"]).InvokeAsync(parsed.InvocationConfiguration, stop));
        return root;
    }
}
