using System.CommandLine;
using System.Globalization;
using EmotionLlama.Distributed;
using EmotionLlama.Runtime;

namespace EmotionLlama.Cli.Ranks;

/// <summary>Runs a verb on all ranks of a job: as one of those that a launcher started, as the one that starts them
/// (<c>--nproc</c>), or alone. Whatever one rank fails of, all say in one line and end.</summary>
internal static class RankedRun
{
    /// <summary>Runs a verb.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">The verb's options for ranks.</param>
    /// <param name="work">The verb, given its job and what stops it.</param>
    /// <param name="stop">Asks the verb to save what it has and end.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        ParseResult parsed, RankOptions options, Action<RankJob, CancellationToken> work, CancellationToken stop)
    {
        var launch = LaunchEnvironment.Read(Environment.GetEnvironmentVariable);
        var parent = Environment.GetEnvironmentVariable(LocalRanks.ParentVariable);
        var count = parsed.GetValue(options.Nproc);
        if (count > 1 && launch.Launcher == Launcher.None)
            return await StartAsync(parsed, count, stop);

        if (count > 1 && parent is null)
        {
            throw new InputException(
                $"--nproc starts ranks itself, but {launch.Launcher} has started this one; leave it out");
        }

        if (launch.Size == 1)
        {
            work(new RankJob(null), stop);
            return ExitCode.Success;
        }

        if (RankDevice.VisibleTo(launch, Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES")) is { } gpus)
            ProcessControl.SetVariable("CUDA_VISIBLE_DEVICES", gpus);

        Work(parsed, launch, parent, TimeSpan.FromSeconds(parsed.GetValue(options.Limit)), work, stop);
        return ExitCode.Success;
    }

    /// <summary>Works as a rank. Where the job fails the process ends here: libraries that wait for a rank that is gone
    /// would not let it end otherwise.</summary>
    private static void Work(
        ParseResult parsed,
        LaunchEnvironment launch,
        string? parent,
        TimeSpan limit,
        Action<RankJob, CancellationToken> work,
        CancellationToken stop)
    {
        var told = 0;
        using var channel = Rendezvous.Join(launch, limit, stop);
        channel.Stuck = failure => End(failure.ExitCode, failure.Message);
        if (parent is not null)
            channel.IsOrphaned = () => ProcessControl.ParentId != int.Parse(parent, CultureInfo.InvariantCulture);

        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, channel.Failed);
        try
        {
            work(new RankJob(channel), either.Token);
        }
        catch (Exception e)
        {
            if (channel.Failure is { } failure && e is RankFailureException or OperationCanceledException)
                End(failure.ExitCode, failure.Message);

            // Ranks stop together, also those that nobody asked.
            var (code, message) = CliApp.Explain(e, isStopped: true);
            channel.Fail(message, code);
            channel.Dispose();
            End(code, message);
        }

        void End(int code, string message)
        {
            if (Interlocked.Exchange(ref told, 1) == 0)
                CliApp.Tell(parsed.InvocationConfiguration.Error, code == ExitCode.Stopped ? "stopped" : message);

            ProcessControl.EndNow(code);
        }
    }

    private static Task<int> StartAsync(ParseResult parsed, int count, CancellationToken stop)
    {
        var path = Environment.ProcessPath!;
        var name = Path.GetFileNameWithoutExtension(path);
        var arguments = parsed.Tokens.Select(token => token.Value);
        var configuration = parsed.InvocationConfiguration;
        var ranks = new LocalRanks(count, configuration.Output, configuration.Error);
        return name == "emotion-llama"
            ? ranks.RunAsync(path, [.. arguments], stop)
            : ranks.RunAsync(
                name == "dotnet" ? path : "dotnet", [typeof(RankedRun).Assembly.Location, .. arguments], stop);
    }
}
