using System.Diagnostics;

namespace EmotionLlama.Tests.Cli;

/// <summary>A verb in a process of its own, which can be killed.</summary>
internal class VerbProcess : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(180);

    private readonly Process _process;
    private readonly Task<string> _error;

    /// <summary>Starts the verb.</summary>
    /// <param name="arguments">The verb and its options.</param>
    public VerbProcess(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Threads that wait for one another on busy cores make steps a hundred times slower.
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach (var argument in arguments.Prepend(Path.Combine(AppContext.BaseDirectory, "emotion-llama.dll")))
            start.ArgumentList.Add(argument);

        _process = Process.Start(start)!;

        // Read to the end, so that a full pipe does not hold the process up.
        _process.BeginOutputReadLine();
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Whether the process has ended.</summary>
    public bool HasEnded => _process.HasExited;

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

    /// <summary>Ends the process without a word: SIGKILL.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks the process to end: SIGTERM.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits for the end.</summary>
    public (int ExitCode, string Error) Wait()
    {
        Assert.True(_process.WaitForExit(Longest), "the process does not end");
        return (_process.ExitCode, _error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();

        _process.Dispose();
        GC.SuppressFinalize(this);
    }
}
