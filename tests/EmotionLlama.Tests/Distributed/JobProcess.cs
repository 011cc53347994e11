using System.Diagnostics;
using System.Globalization;

namespace EmotionLlama.Tests.Distributed;

/// <summary>The program, or a launcher of it, in a process of its own. What it leaves running is ended with it.</summary>
internal sealed class JobProcess : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(180);

    private readonly Process _process;
    private readonly Task<string> _output, _error;

    private JobProcess(ProcessStartInfo start, IEnumerable<string> variables)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach (var variable in variables.Select(text => text.Split('=', 2)))
            start.Environment[variable[0]] = variable[1];

        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "emotion-llama.dll");

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>Starts the program, as a rank where variables say so.</summary>
    public static JobProcess Start(IEnumerable<string> arguments, params string[] variables) =>
        new(new ProcessStartInfo("dotnet", [Program, .. arguments]), variables);

    /// <summary>Starts a rank of a job as torchrun does.</summary>
    public static JobProcess StartRank(int rank, int size, int port, IEnumerable<string> arguments) => Start(
        arguments,
        $"RANK={rank}", $"LOCAL_RANK={rank}", $"WORLD_SIZE={size}", $"LOCAL_WORLD_SIZE={size}", "MASTER_ADDR=127.0.0.1",
        $"MASTER_PORT={port}");

    /// <summary>Starts the program under <c>mpirun</c>; skips the test where there is none.</summary>
    public static JobProcess StartMpi(int ranks, IEnumerable<string> arguments)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "mpirun"))))
            Assert.Skip("mpirun is not installed here (Debian: openmpi-bin)");

        return new JobProcess(
            new ProcessStartInfo("mpirun", ["--oversubscribe", "-n", $"{ranks}", "dotnet", Program, .. arguments]),
            ["OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"]);
    }

    /// <summary>The processes that a process has started and that still run.</summary>
    public static IReadOnlyList<int> ChildrenOf(int parent) =>
    [
        .. from folder in Directory.EnumerateDirectories("/proc")
           let name = Path.GetFileName(folder)
           where name.All(char.IsAsciiDigit)
           let id = int.Parse(name, CultureInfo.InvariantCulture)
           where ParentOf(id) == parent
           orderby id
           select id,
    ];

    /// <summary>Whether a process runs; one that has ended and waits to be asked how does not.</summary>
    public static bool IsRunning(int id) => ParentOf(id) is not null;

    public static void Signal(string signal, int id)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits until a condition holds; fails where the process ends before.</summary>
    public void WaitUntil(Func<bool> condition)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); Thread.Sleep(1))
        {
            if (_process.HasExited)
                Assert.Fail($"the process ended with {_process.ExitCode}: {_error.Result}");

            Assert.True(clock.Elapsed < Longest, "the process does not get on");
        }
    }

    /// <summary>Waits for the end.</summary>
    public (int ExitCode, string Output, string Error) Wait(TimeSpan? limit = null)
    {
        Assert.True(_process.WaitForExit(limit ?? Longest), "the process does not end");
        return (_process.ExitCode, _output.Result, _error.Result);
    }

    /// <summary>Waits for an end that is none of failure.</summary>
    public string Succeed()
    {
        var (code, output, error) = Wait();
        Assert.True(code == 0, $"{code}: {error}");
        return output;
    }

    /// <summary>Waits for the end of a rank that fails; what it says is one line.</summary>
    /// <returns>The exit code and the line.</returns>
    public (int ExitCode, string Line) Fail(TimeSpan? limit = null)
    {
        var (code, _, error) = Wait(limit);
        Assert.NotEqual(0, code);
        var line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("emotion-llama: ", line, StringComparison.Ordinal);
        return (code, line["emotion-llama: ".Length..]);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);

        _process.Dispose();
    }

    private static int? ParentOf(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
