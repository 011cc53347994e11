using EmotionLlama.Extraction;
using EmotionLlama.Monitoring;
using Spectre.Console;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Shows an extraction: clips done and the pace as a line that changes on a terminal and now and then as a
/// line in a pipe, and what failed and why.</summary>
internal sealed class ExtractionView
{
    private const int MostFailures = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly IAnsiConsole _console;
    private readonly LiveDisplayContext? _display;
    private readonly TimeProvider _time;
    private ProgressEstimator? _progress;
    private long _shown;

    private ExtractionView(IAnsiConsole console, LiveDisplayContext? display, TimeProvider time) =>
        (_console, _display, _time) = (console, display, time);

    /// <summary>Runs an extraction on this thread and shows it.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="extract">Extracts, telling the view what happens.</param>
    /// <param name="time">The clock; null takes the system's.</param>
    public static ExtractionReport Show(
        IAnsiConsole console,
        Func<Action<ExtractionProgress>, ExtractionReport> extract,
        TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        var report = console.Profile.Capabilities is { Ansi: true, Interactive: true }
            ? console.Live(Text.Empty).AutoClear(true).Start(
                display => extract(new ExtractionView(console, display, time).OnProgress))
            : extract(new ExtractionView(console, display: null, time).OnProgress);
        Render(console, report);
        return report;
    }

    private static void Render(IAnsiConsole console, ExtractionReport report)
    {
        foreach (var failure in report.Failures.Take(MostFailures))
            console.MarkupLineInterpolated($"[yellow]failed: {failure.Clip}: {failure.Reason}[/]");

        if (report.Failures.Count > MostFailures)
            console.MarkupLineInterpolated($"[yellow]… and {report.Failures.Count - MostFailures} more[/]");

        var pace = report.Made > 0 && report.Seconds > 0
            ? $", {report.Made / report.Seconds:0.0} clips/s, {report.ClipSeconds / report.Seconds:0.0} times as fast "
                + "as they play"
            : "";
        console.WriteLine($"{report.Made} clips extracted in {report.Seconds:0.0} s{pace}");
        if (report.AlreadyThere > 0)
            console.WriteLine($"{report.AlreadyThere} clips were there already");

        console.WriteLine($"  {"output",-9}{report.Output}: {string.Join(", ", report.Folders)}");
        if (report.FailureFile is { } file)
            console.WriteLine($"  {"failures",-9}{report.Failures.Count} of {report.Clips} clips: {file}");
    }

    private void OnProgress(ExtractionProgress progress)
    {
        if (_progress is null)
        {
            _progress = new ProgressEstimator(progress.Total, progress.Done, _time);
            Write(progress);
            return;
        }

        _progress.Advance(progress.Done);
        if (_display is null && progress.Done < progress.Total && _time.GetElapsedTime(_shown) < Pause)
            return;

        Write(progress);
    }

    private void Write(ExtractionProgress progress)
    {
        _shown = _time.GetTimestamp();
        var seconds = _progress!.Elapsed.TotalSeconds;
        var made = progress.Made + progress.Failed;
        var pace = made > 0 && seconds > 0
            ? $"  {made / seconds:0.0} clips/s  {Quantities.Duration(_progress.Remaining ?? TimeSpan.Zero)} left"
            : "";
        var failed = progress.Failed > 0 ? $"  {progress.Failed} failed" : "";
        var line = $"{progress.Done} of {progress.Total} clips{failed}{pace}";
        if (_display is null)
            _console.WriteLine(line);
        else
            _display.UpdateTarget(new Text(line));
    }
}
