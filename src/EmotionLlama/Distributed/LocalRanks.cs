using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EmotionLlama.Runtime;

namespace EmotionLlama.Distributed;

/// <summary>Starts the ranks of a job on this machine, for those who have no launcher: the same program for each, whose
/// place is told as <c>torchrun</c> tells it.</summary>
/// <param name="count">How many.</param>
/// <param name="output">Gets what rank 0 prints.</param>
/// <param name="error">Gets what the ranks have to say of errors, each line once.</param>
public sealed class LocalRanks(int count, TextWriter output, TextWriter error)
{
    /// <summary>The variable that tells a rank which process started it.</summary>
    public const string ParentVariable = "EMOTION_LLAMA_PARENT";

    private const int Stopped = 130;

    // How long the other ranks may take to end when one has failed; they hear of it at once.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(6);

    private readonly Lock _printing = new();
    private readonly HashSet<string> _said = [];

    /// <summary>Runs a command line on all ranks.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="stop">Asks all ranks to save and end.</param>
    /// <returns>The exit code of the job: 0 where every rank ended with 0.</returns>
    public async Task<int> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken stop)
    {
        var port = FreePort();
        var ranks = new List<Process>();
        try
        {
            for (var rank = 0; rank < count; rank++)
                ranks.Add(Start(program, arguments, rank, port));

            await using var asked = stop.Register(() => ranks.ForEach(AskToEnd));
            var printing = ranks.SelectMany((rank, i) => new[] { Forward(rank, i), Complain(rank) }).ToList();
            var running = ranks.ConvertAll(rank => rank.WaitForExitAsync(CancellationToken.None));
            while (running.Count > 0)
            {
                var ended = await Task.WhenAny(running);
                running.Remove(ended);
                if (ranks.Exists(rank => rank.HasExited && rank.ExitCode != 0))
                    break;
            }

            await Task.WhenAny(Task.WhenAll(running), Task.Delay(Grace, CancellationToken.None));
            ranks.ForEach(Kill);
            await Task.WhenAll(printing);
            var code = ExitCode([.. ranks.Select(rank => rank.ExitCode)]);
            if (code != 0 && _said.Count == 0)
                error.WriteLine(Obituary(ranks));

            return code;
        }
        finally
        {
            foreach (var rank in ranks)
            {
                Kill(rank);
                rank.Dispose();
            }
        }
    }

    /// <summary>The exit code of a job.</summary>
    /// <param name="ranks">Those of its ranks.</param>
    internal static int ExitCode(IReadOnlyList<int> ranks) =>
        ranks.All(code => code == 0) ? 0
        : ranks.Contains(Stopped) && ranks.All(code => code is 0 or Stopped) ? Stopped
        : ranks.Where(code => code is > 0 and < 128).DefaultIfEmpty(RankFailureException.Failed).Max();

    /// <summary>What is known of ranks that ended without a word: which did so first is not.</summary>
    private static string Obituary(List<Process> ranks)
    {
        var ended = ranks.Select((rank, i) => (Rank: i, Code: rank.ExitCode)).Where(rank => rank.Code != 0)
            .Select(rank => $"rank {rank.Rank} with exit code {rank.Code}");
        return $"emotion-llama: {string.Join(" and ", ended)} ended without a word";
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Process Start(string program, IReadOnlyList<string> arguments, int rank, int port)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var variables = start.Environment;
        variables["RANK"] = variables["LOCAL_RANK"] = Text(rank);
        variables["WORLD_SIZE"] = variables["LOCAL_WORLD_SIZE"] = Text(count);
        variables["MASTER_ADDR"] = "127.0.0.1";
        variables["MASTER_PORT"] = Text(port);
        variables[ParentVariable] = Text(Environment.ProcessId);

        // Else every rank would compute on all cores.
        variables.TryAdd("OMP_NUM_THREADS", Text(Math.Max(1, Environment.ProcessorCount / count)));
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }

    private async Task Forward(Process process, int rank)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (rank == 0)
                await output.WriteLineAsync(line);
        }
    }

    private async Task Complain(Process process)
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_printing)
            {
                if (_said.Add(WithoutOrigin(line)))
                    error.WriteLine(line);
            }
        }
    }

    /// <summary>What one rank says of itself and the others of it is one line.</summary>
    private static string WithoutOrigin(string line) =>
        System.Text.RegularExpressions.Regex.Replace(line, @"^emotion-llama: (rank \d+: )?", "");

    private static void AskToEnd(Process process)
    {
        if (!HasEnded(process))
            ProcessControl.AskToEnd(process.Id);
    }

    private static void Kill(Process process)
    {
        if (HasEnded(process))
            return;

        process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    private static bool HasEnded(Process process)
    {
        try
        {
            return process.HasExited;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
