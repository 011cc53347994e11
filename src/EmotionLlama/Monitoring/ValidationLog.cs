namespace EmotionLlama.Monitoring;

/// <summary>What was measured on held-out clips in a run, <c>validation.jsonl</c>: one <see cref="ValidationMetrics"/> a line,
/// with the same guarantees as the <see cref="MetricLog"/>.</summary>
public sealed class ValidationLog : ITrainingObserver, IDisposable
{
    /// <summary>The log's name in an output folder.</summary>
    public const string FileName = "validation.jsonl";

    private readonly JsonLinesLog<ValidationMetrics> _log;

    private ValidationLog(JsonLinesLog<ValidationMetrics> log)
    {
        _log = log;
    }

    /// <summary>Starts the log of a new run, in place of an earlier one.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static ValidationLog Create(string path) =>
        new(JsonLinesLog<ValidationMetrics>.Create(path, MonitoringJson.Lines.ValidationMetrics));

    /// <summary>Continues the log of a run resumed after <paramref name="lastStep"/>. What was measured later is dropped,
    /// since the run measures it again.</summary>
    /// <param name="path">The file; a missing one is created.</param>
    /// <param name="lastStep">The last step in the checkpoint.</param>
    /// <param name="isComplete">Whether a measurement at that very step has all that is measured now, so that it stays;
    /// null keeps any.</param>
    /// <exception cref="InputException">The file cannot be written, or a line before the last one is damaged.</exception>
    public static ValidationLog Resume(
        string path, long lastStep, Predicate<ValidationMetrics>? isComplete = null) =>
        new(JsonLinesLog<ValidationMetrics>.Open(
            path,
            MonitoringJson.Lines.ValidationMetrics,
            line => line.Step < lastStep || (line.Step == lastStep && isComplete?.Invoke(line) != false)));

    /// <summary>The measurements of a log, whose run may still be going on.</summary>
    /// <exception cref="InputException">The file is missing, or a line before the last one is damaged.</exception>
    public static IReadOnlyList<ValidationMetrics> Read(string path) =>
        JsonLinesLog<ValidationMetrics>.ReadAll(path, MonitoringJson.Lines.ValidationMetrics);

    /// <inheritdoc/>
    public void OnValidation(ValidationMetrics metrics) => _log.Append(metrics);

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();
}
