using EmotionLlama.Datasets;
using EmotionLlama.Monitoring;
using EmotionLlama.Workflows;
using Spectre.Console;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Shows an evaluation: clips done, rate and time left as a line that changes on a terminal and now and then as a
/// line in a pipe, and the scores of each test set as tables.</summary>
internal sealed class EvaluationView : IEvaluationObserver
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly IAnsiConsole _console;
    private readonly LiveDisplayContext? _display;
    private readonly TimeProvider _time;
    private readonly VisionCacheLines _vision;
    private ProgressEstimator? _progress;
    private string _title = "";
    private long _started;
    private long _shown;
    private long _before;

    private EvaluationView(IAnsiConsole console, LiveDisplayContext? display, TimeProvider time)
    {
        _console = console;
        _display = display;
        _time = time;
        _vision = new VisionCacheLines(time);
    }

    /// <summary>Runs an evaluation on this thread and shows it.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="evaluate">Evaluates, telling the view what happens.</param>
    /// <param name="time">The clock; null takes the system's.</param>
    public static void Show(
        IAnsiConsole console,
        Func<IEvaluationObserver, IReadOnlyList<EvaluationOutcome>> evaluate,
        TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        var outcomes = console.Profile.Capabilities is { Ansi: true, Interactive: true }
            ? console.Live(Text.Empty).AutoClear(true).Start(
                display => evaluate(new EvaluationView(console, display, time)))
            : evaluate(new EvaluationView(console, display: null, time));
        foreach (var outcome in outcomes)
            Render(console, outcome);
    }

    /// <summary>What machines read of an outcome.</summary>
    public static object ToJson(EvaluationOutcome outcome) => new
    {
        outcome.Metrics,
        Modalities = outcome.Modalities is { } report
            ? new { report.Modalities, report.Overall, report.ByLabel }
            : null,
        outcome.Predictions,
        outcome.Report,
        Seconds = outcome.Duration.TotalSeconds,
    };

    public void OnMessage(string message) => _console.MarkupLineInterpolated($"[grey]{message}[/]");

    public void OnVisionCache(VisionCacheProgress progress)
    {
        if (_vision.Next(progress) is { } line)
            OnMessage(line);
    }

    public void OnPass(string title, int clips, int done)
    {
        if (done > 0)
            OnMessage($"{title}: going on after {done} of {clips} clips");

        _title = title;
        _before = done;
        _started = _shown = _time.GetTimestamp();
        _progress = new ProgressEstimator(clips, done, _time);
        Write();
    }

    public void OnAnswers(int done)
    {
        _progress!.Advance(done);
        if (_display is null && done < _progress.TotalSteps && _time.GetElapsedTime(_shown) < Pause)
            return;

        _shown = _time.GetTimestamp();
        Write();
    }

    private void Write()
    {
        var done = _progress!.CompletedSteps;
        var seconds = _time.GetElapsedTime(_started).TotalSeconds;
        var pace = done > _before
            ? $"  {(done - _before) / seconds:f1} clips/s  {Quantities.Duration(_progress.Remaining ?? TimeSpan.Zero)} left"
            : "";
        var line = $"{_title}  {done} of {_progress.TotalSteps} clips{pace}";
        if (_display is null)
            _console.WriteLine(line);
        else
            _display.UpdateTarget(new Text(line));
    }

    private static void Render(IAnsiConsole console, EvaluationOutcome outcome)
    {
        var metrics = outcome.Metrics;
        console.MarkupLineInterpolated(
            $"\n[bold]{metrics.Dataset}[/], {metrics.Clips} clips in {outcome.Duration.TotalSeconds:f1} s");
        var table = NewTable("accuracy (WAR)", "95 % interval", "weighted F1 (WAF)", "UAR", "no label", "refusals",
            "other label");
        table.AddRow(
            $"{metrics.Accuracy:f4}",
            $"{metrics.AccuracyLower:f3} - {metrics.AccuracyUpper:f3}",
            $"{metrics.Waf:f4}",
            $"{metrics.Uar:f4}",
            $"{metrics.NoLabel}",
            $"{metrics.Refusals}",
            $"{metrics.OutsideLabels}");
        console.Write(table);
        var classes = NewTable("label", "precision", "recall", "F1", "clips");
        foreach (var row in metrics.Classes)
        {
            classes.AddRow(
                row.Emotion.ToText(), $"{row.Precision:f3}", $"{row.Recall:f3}", $"{row.F1:f3}", $"{row.Support}");
        }

        console.Write(classes);
        if (outcome.Modalities is { } report)
            ModalityView.Render(console, report);

        if (metrics.Unreadable > 0)
            console.MarkupLineInterpolated($"[yellow]{metrics.Unreadable} clips could not be read and were left out[/]");

        console.MarkupLineInterpolated($"  predictions  {outcome.Predictions}");
        console.MarkupLineInterpolated($"  report       {outcome.Report}");
    }

    /// <summary>A table whose first column is text and whose others are numbers.</summary>
    internal static Table NewTable(string first, params string[] others)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn(first).NoWrap());
        foreach (var name in others)
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());

        return table;
    }
}
