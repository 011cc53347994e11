using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace EmotionLlama.Media.Clips;

/// <summary>One run of <c>ffmpeg</c> or <c>ffprobe</c> whose output is read as it comes. The run is stopped, with
/// what it started, when it is disposed, cancelled, or has been waited for too long; the time that the reader takes
/// between two reads does not count.</summary>
internal sealed class FfmpegProcess : IDisposable
{
    // The cause stands first; a damaged clip can make megabytes of messages.
    private const int KeptErrorCharacters = 8192;
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly string _clip;
    private readonly string _program;
    private readonly TimeSpan _patience;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _registration;
    private readonly Stopwatch _waited = new();
    private readonly Timer _watchdog;
    private readonly StringBuilder _errors = new();
    private readonly Task _errorReader;
    private volatile bool _isOverdue;

    /// <summary>Starts a program.</summary>
    /// <param name="program">The program's file.</param>
    /// <param name="arguments">Its arguments; no shell sees them.</param>
    /// <param name="clip">What messages call the input.</param>
    /// <param name="patience">How long to wait for output altogether.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <exception cref="InputException">The program cannot be started.</exception>
    public FfmpegProcess(
        string program,
        IEnumerable<string> arguments,
        string clip,
        TimeSpan patience,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };

        // A person's setting that would make every run leave a log file in the working folder.
        start.Environment.Remove("FFREPORT");
        start.Environment.Remove("AV_LOG_FORCE_COLOR");
        start.Environment["AV_LOG_FORCE_NOCOLOR"] = "1";
        (_clip, _program, _patience, _cancellation) = (clip, program, patience, cancellation);
        try
        {
            _process = Process.Start(start)
                ?? throw new InputException($"{program}: cannot be started");
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw new InputException($"{program}: cannot be started: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        _process.StandardInput.Close();
        _errorReader = Task.Factory.StartNew(
            KeepErrors, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _watchdog = new Timer(_ => StopIfOverdue());
        _registration = cancellation.Register(Kill);
    }

    /// <summary>Reads what the program writes, waiting for it.</summary>
    /// <returns>How many bytes came; 0 at the end.</returns>
    /// <exception cref="InputException">It was waited for too long.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public int Read(Span<byte> buffer)
    {
        var left = _patience - _waited.Elapsed;
        _watchdog.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        _waited.Start();
        int count;
        try
        {
            count = _process.StandardOutput.BaseStream.Read(buffer);
        }
        catch (IOException)
        {
            count = 0;
        }

        _waited.Stop();
        _watchdog.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (count == 0)
            ThrowIfStopped();
        return count;
    }

    /// <summary>Fills a buffer, as far as the output reaches.</summary>
    /// <returns>How many bytes there were: fewer than asked only at the end.</returns>
    public int ReadBlock(Span<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length && Read(buffer[filled..]) is > 0 and var count)
            filled += count;

        return filled;
    }

    /// <summary>Reads the whole output as UTF-8.</summary>
    /// <exception cref="InputException">There is more than <paramref name="maximumBytes"/> of it.</exception>
    public string ReadText(int maximumBytes)
    {
        using var text = new MemoryStream();
        var buffer = new byte[4096];
        while (Read(buffer) is > 0 and var count)
        {
            text.Write(buffer, 0, count);
            if (text.Length > maximumBytes)
                throw new InputException($"{_clip}: {Name} wrote more than {maximumBytes} bytes about it");
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    /// <summary>Waits for the end, after all output was read.</summary>
    /// <returns>Null where the run succeeded, or else why it did not, in one line.</returns>
    public string? FindFailure()
    {
        if (!_process.WaitForExit(EndPatience))
        {
            _isOverdue = true;
            Kill();
        }

        _errorReader.Wait(EndPatience);
        ThrowIfStopped();
        return FfmpegMessages.FindFailure(_process.ExitCode, ErrorText(), Name);
    }

    /// <summary>Waits for the end, after all output was read.</summary>
    /// <exception cref="InputException">The program reported a failure.</exception>
    public void RequireSuccess()
    {
        if (FindFailure() is { } reason)
            throw new InputException($"{_clip}: {reason}");
    }

    /// <summary>Stops the run if it goes on, and what it started.</summary>
    public void Dispose()
    {
        _registration.Dispose();
        _watchdog.Dispose();
        Kill();
        _process.WaitForExit(EndPatience);
        _errorReader.Wait(EndPatience);
        _process.Dispose();
    }

    private string Name => Path.GetFileNameWithoutExtension(_program);

    private void ThrowIfStopped()
    {
        _cancellation.ThrowIfCancellationRequested();
        if (_isOverdue)
        {
            throw new InputException($"{_clip}: {Name} was stopped after {_patience.TotalSeconds:0.#} s; "
                + "the clip is damaged or the machine overloaded");
        }
    }

    private void StopIfOverdue()
    {
        if (!_waited.IsRunning)
            return;

        var left = _patience - _waited.Elapsed;
        if (left <= TimeSpan.Zero)
        {
            _isOverdue = true;
            Kill();
            return;
        }

        try
        {
            // Fired for a read that has ended, or a little early.
            _watchdog.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The run ended meanwhile.
        }
    }

    private void Kill()
    {
        try
        {
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself meanwhile.
        }
    }

    private string ErrorText()
    {
        lock (_errors)
            return _errors.ToString();
    }

    private void KeepErrors()
    {
        var buffer = new char[1024];
        try
        {
            while (_process.StandardError.Read(buffer) is > 0 and var count)
            {
                lock (_errors)
                    _errors.Append(buffer, 0, Math.Min(count, KeptErrorCharacters - _errors.Length));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The program was stopped in the middle of a message.
        }
    }
}
