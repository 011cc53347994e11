using System.CommandLine;
using EmotionLlama.Cli.Verbs;
using EmotionLlama.Distributed;

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
            VerifyVerb.Create, ConvertEmerVerb.Create, MakeTinyVerb.Create, MakeRandomVerb.Create, BenchVerb.Create,
            DoctorVerb.Create,
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
        catch (Exception e) when (parsed.GetValue(globals.Debug)
            && !(e is OperationCanceledException && stop.IsCancellationRequested))
        {
            error.WriteLine(e);
            return Explain(e, stop.IsCancellationRequested).Code;
        }
        catch (Exception e)
        {
            var (code, message) = Explain(e, stop.IsCancellationRequested);
            return Fail(code, message);
        }

        int Fail(int code, string message)
        {
            Tell(error, message);
            return code;
        }
    }

    /// <summary>What an error becomes: an exit code, and one line.</summary>
    /// <param name="error">The error.</param>
    /// <param name="isStopped">Whether anybody asked the verb to stop.</param>
    internal static (int Code, string Message) Explain(Exception error, bool isStopped) => error switch
    {
        OperationCanceledException when isStopped => (ExitCode.Stopped, "stopped"),
        InputException => (ExitCode.BadInput, error.Message),
        RankFailureException failure => (failure.ExitCode, error.Message),
        _ => (ExitCode.Failed, $"{error.GetType().Name}: {error.Message}; run with --debug for the stack trace"),
    };

    /// <summary>Says in one line what went wrong.</summary>
    internal static void Tell(TextWriter error, string message) =>
        error.WriteLine($"emotion-llama: {message.ReplaceLineEndings(" ")}");

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
