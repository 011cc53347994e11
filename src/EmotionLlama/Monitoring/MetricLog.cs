namespace EmotionLlama.Monitoring;

/// <summary>The metric log of a run, <c>metrics.jsonl</c>: one <see cref="StepMetrics"/> a line, appended and handed to
/// the operating system at once. A killed run loses nothing but a torn last line, and a resumed run's log reads as if
/// the run had never stopped.</summary>
public sealed class MetricLog : ITrainingObserver, IDisposable
{
    /// <summary>The log's name in an output folder.</summary>
    public const string FileName = "metrics.jsonl";

    private readonly JsonLinesLog<StepMetrics> _log;
    private readonly int _every;
    private StepMetrics? _unwritten;

    private MetricLog(JsonLinesLog<StepMetrics> log, int every)
    {
        _log = log;
        _every = Math.Max(1, every);
    }

    /// <summary>Starts the log of a new run, in place of an earlier one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="every">Steps between two lines; the first, the last and skipped steps are always written.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static MetricLog Create(string path, int every = 1) =>
        new(JsonLinesLog<StepMetrics>.Create(path, MonitoringJson.Lines.StepMetrics), every);

    /// <summary>Continues the log of a run resumed after <paramref name="lastStep"/>: lines of later steps are dropped,
    /// since the run takes those steps again.</summary>
    /// <param name="path">The file; a missing one is created.</param>
    /// <param name="lastStep">The last step in the checkpoint.</param>
    /// <param name="every">Steps between two lines.</param>
    /// <exception cref="InputException">The file cannot be written, or is damaged before its last line.</exception>
    public static MetricLog Resume(string path, long lastStep, int every = 1)
    {
        var log = JsonLinesLog<StepMetrics>.Open(
            path, MonitoringJson.Lines.StepMetrics, line => line.Step <= lastStep);
        return new MetricLog(log, every);
    }

    /// <summary>The lines of a log, whose run may still be going on.</summary>
    /// <exception cref="InputException">The file is missing, or a line before the last one is damaged.</exception>
    public static IReadOnlyList<StepMetrics> Read(string path) =>
        JsonLinesLog<StepMetrics>.ReadAll(path, MonitoringJson.Lines.StepMetrics);

    /// <inheritdoc/>
    public void OnStep(StepMetrics metrics)
    {
        _unwritten = metrics;
        if (metrics.Step == 1 || metrics.Step % _every == 0 || metrics.Skipped)
            Write();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Write();
        _log.Dispose();
    }

    private void Write()
    {
        if (_unwritten is { } metrics)
            _log.Append(metrics);

        _unwritten = null;
    }
}
