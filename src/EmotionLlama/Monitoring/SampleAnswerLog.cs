namespace EmotionLlama.Monitoring;

/// <summary>The sample answers of a run, <c>answers.jsonl</c>: one <see cref="SampleAnswer"/> a line, with the same
/// guarantees as the <see cref="MetricLog"/>.</summary>
public sealed class SampleAnswerLog : ITrainingObserver, IDisposable
{
    /// <summary>The log's name in an output folder.</summary>
    public const string FileName = "answers.jsonl";

    private readonly JsonLinesLog<SampleAnswer> _log;
    private readonly HashSet<(long Step, string Clip, string Task)> _written;

    private SampleAnswerLog(JsonLinesLog<SampleAnswer> log, HashSet<(long Step, string Clip, string Task)> written)
    {
        _log = log;
        _written = written;
    }

    /// <summary>Starts the log of a new run, in place of an earlier one.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static SampleAnswerLog Create(string path) =>
        new(JsonLinesLog<SampleAnswer>.Create(path, MonitoringJson.Lines.SampleAnswer), []);

    /// <summary>Continues the log of a run resumed after <paramref name="lastStep"/>: later answers are dropped, and an
    /// answer that is already there for the same step, clip and task is not written twice.</summary>
    /// <exception cref="InputException">The file cannot be written, or is damaged before its last line.</exception>
    public static SampleAnswerLog Resume(string path, long lastStep)
    {
        HashSet<(long Step, string Clip, string Task)> written = [];
        var log = JsonLinesLog<SampleAnswer>.Open(path, MonitoringJson.Lines.SampleAnswer, line =>
        {
            if (line.Step > lastStep)
                return false;

            written.Add(Key(line));
            return true;
        });
        return new SampleAnswerLog(log, written);
    }

    /// <summary>The answers of a log, whose run may still be going on.</summary>
    /// <exception cref="InputException">The file is missing, or a line before the last one is damaged.</exception>
    public static IReadOnlyList<SampleAnswer> Read(string path) =>
        JsonLinesLog<SampleAnswer>.ReadAll(path, MonitoringJson.Lines.SampleAnswer);

    /// <inheritdoc/>
    public void OnAnswer(SampleAnswer answer)
    {
        if (_written.Add(Key(answer)))
            _log.Append(answer);
    }

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();

    private static (long Step, string Clip, string Task) Key(SampleAnswer answer) =>
        (answer.Step, answer.Clip, answer.Task);
}
