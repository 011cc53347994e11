using System.Globalization;
using System.Text;

namespace EmotionLlama.Tests.Fuzzing;

/// <summary>
/// Gives damaged files to a reader, which must take them or refuse them with an <see cref="InputException"/> of one
/// line that names the file, without allocating much more than the file's size and without hanging.
/// </summary>
/// <remarks>What fails is written to the folder that <c>EMOTION_LLAMA_FUZZ_KEEP</c> names, for
/// <c>Fixtures/fuzz/FORMAT</c>, the regression corpus. <c>EMOTION_LLAMA_FUZZ_SEED</c> sets the first seed of a longer
/// search.</remarks>
internal sealed class FuzzRun : IDisposable
{
    /// <summary>Mutations of each format.</summary>
    public const int Cases = 20_000;

    private const int MostShown = 5;
    private const int LongestMessage = 1000;

    private readonly string _format;
    private readonly Action<string> _read;
    private readonly FuzzLimits _limits;
    private readonly string _folder;
    private readonly List<string> _failures = [];
    private volatile string _current = "nothing";
    private long _started;
    private int _finished;

    /// <param name="format">The extension of the files, without a dot.</param>
    /// <param name="limits">What the reader may take.</param>
    /// <param name="read">Reads the file of a path.</param>
    public FuzzRun(string format, FuzzLimits limits, Action<string> read)
    {
        _format = format;
        _limits = limits;
        _read = read;
        var memory = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        _folder = Directory.CreateDirectory(Path.Combine(memory, $"emotion-llama-fuzz-{Guid.NewGuid():N}")).FullName;
    }

    /// <summary>How many files were taken without an error.</summary>
    public int Taken { get; private set; }

    /// <summary>How many were refused.</summary>
    public int Refused { get; private set; }

    /// <summary>Reads damaged copies of the samples, turn by turn, and fails with all that a reader did
    /// wrong.</summary>
    public void Mutations(IReadOnlyList<FuzzSample> samples, int cases = Cases)
    {
        var first = int.Parse(
            Environment.GetEnvironmentVariable("EMOTION_LLAMA_FUZZ_SEED") ?? "0", CultureInfo.InvariantCulture);
        Guarded(() =>
        {
            foreach (var sample in samples)
                Check(sample.Name, sample.Content, mustBeTaken: true);

            for (var seed = first; seed < first + cases; seed++)
            {
                var damaged = new FuzzCase(samples[seed % samples.Count], seed);
                Check(damaged.ToString(), damaged.Content);
            }
        });
    }

    /// <summary>Reads all that ever failed: the files of <c>Fixtures/fuzz/FORMAT</c>.</summary>
    public void Corpus()
    {
        var folder = Path.Combine(
            SharedData.Repository, "tests", "EmotionLlama.Tests", "Fixtures", "fuzz", _format);
        var files = Directory.GetFiles(folder);
        Assert.NotEmpty(files);
        Guarded(() =>
        {
            foreach (var file in files)
                Check(Path.GetFileName(file), File.ReadAllBytes(file));
        });
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Runs on a thread of its own, so that a reader that never comes back fails the test instead of stopping
    /// the run.</summary>
    private void Guarded(Action work)
    {
        Exception? error = null;
        Interlocked.Exchange(ref _started, Environment.TickCount64);
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                error = e;
            }
            finally
            {
                Volatile.Write(ref _finished, 1);
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        while (!thread.Join(TimeSpan.FromSeconds(1)) && Volatile.Read(ref _finished) == 0)
        {
            if (Environment.TickCount64 - Interlocked.Read(ref _started) > _limits.Hang.TotalMilliseconds)
                Assert.Fail($"{_current}: the reader did not come back within {_limits.Hang.TotalSeconds} s");
        }

        thread.Join();
        Assert.Null(error);
        Assert.True(_failures.Count == 0, Summary());
    }

    private void Check(string name, byte[] content, bool mustBeTaken = false)
    {
        _current = name;
        Interlocked.Exchange(ref _started, Environment.TickCount64);
        var path = Path.Combine(_folder, "fuzzed." + _format);
        File.WriteAllBytes(path, content);
        var (problem, allocated) = Measure(path, mustBeTaken);
        var limit = _limits.Of(content.Length);

        // Once more: what the runtime itself does the first time, such as loading the texts of errors, does not count.
        if (problem is null && allocated > limit)
            (problem, allocated) = Measure(path, mustBeTaken);

        if (problem is null && allocated > limit)
            problem = $"allocated {allocated} bytes for a file of {content.Length}; {limit} are allowed";

        if (problem is not null)
            Fail(name, content, problem);
    }

    private (string? Problem, long Allocated) Measure(string path, bool mustBeTaken)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var problem = Read(path, mustBeTaken);
        return (problem, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private string? Read(string path, bool mustBeTaken)
    {
        try
        {
            _read(path);
            Taken++;
            return null;
        }
        catch (InputException e)
        {
            Refused++;
            return mustBeTaken ? $"the sample, which is whole, was refused: {e.Message}"
                : e.Message.Any(char.IsControl) ? $"a message that can control a terminal: {e.Message.Printable()}"
                : e.Message.Length > LongestMessage ? $"a message of {e.Message.Length} letters: {e.Message}"
                : !e.Message.Contains(Path.GetFileName(path), StringComparison.Ordinal)
                    ? $"a message that does not name the file: {e.Message}"
                : null;
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}{Environment.NewLine}{e.StackTrace}";
        }
    }

    private void Fail(string name, byte[] content, string problem)
    {
        _failures.Add($"{name}: {problem}");
        if (Environment.GetEnvironmentVariable("EMOTION_LLAMA_FUZZ_KEEP") is not { Length: > 0 } kept)
            return;

        var folder = Directory.CreateDirectory(Path.Combine(kept, _format)).FullName;
        File.WriteAllBytes(Path.Combine(folder, name.Replace(", seed ", "-", StringComparison.Ordinal)), content);
    }

    private string Summary()
    {
        var text = new StringBuilder($"{_failures.Count} files of the format {_format} were not read as they must:");
        foreach (var failure in _failures.Take(MostShown))
            text.AppendLine().Append(failure);

        return text.ToString();
    }
}
