using EmotionLlama.Monitoring;

namespace EmotionLlama.Evaluation;

/// <summary>
/// The answers of an evaluation as they come, a JSON line each, so that one that was killed goes on where it stopped. A
/// batch whose answers are not all there is answered again: what a batch is made of can touch the last bits of its
/// numbers, and the answers shall be those of an evaluation that nobody disturbed.
/// </summary>
internal sealed class AnswerLog : IDisposable
{
    private const string Advice = "add --restart to answer anew, or name another run.save_path";

    private readonly FileStream _lock;
    private readonly JsonLinesLog<AnswerLogLine> _log;
    private readonly List<LoggedAnswer> _answers;

    private AnswerLog(FileStream @lock, JsonLinesLog<AnswerLogLine> log, List<LoggedAnswer> answers)
    {
        _lock = @lock;
        _log = log;
        _answers = answers;
    }

    /// <summary>The answers so far, in the order of the plan.</summary>
    public IReadOnlyList<LoggedAnswer> Answers => _answers;

    /// <summary>Starts a log or goes on with one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settings">Everything that answers depend on.</param>
    /// <param name="plan">The batches.</param>
    /// <param name="nameOf">The name of a clip.</param>
    /// <exception cref="InputException">The log was made with other settings, is damaged before its last line, or cannot
    /// be written, as while another evaluation writes it.</exception>
    public static AnswerLog Open(
        string path,
        IReadOnlyDictionary<string, string> settings,
        AnswerPlan plan,
        Func<int, string> nameOf)
    {
        var held = Lock(path);
        try
        {
            var (log, answers) = !File.Exists(path) || ReadAll(path) is not { Count: > 0 } lines
                ? (Create(path, settings), [])
                : GoOn(path, lines, settings, plan, nameOf);
            return new AnswerLog(held, log, answers);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static JsonLinesLog<AnswerLogLine> Create(string path, IReadOnlyDictionary<string, string> settings)
    {
        var log = JsonLinesLog<AnswerLogLine>.Create(path, EvaluationJson.Lines.AnswerLogLine);
        log.Append(new AnswerLogSettings(settings));
        return log;
    }

    private static (JsonLinesLog<AnswerLogLine> Log, List<LoggedAnswer> Answers) GoOn(
        string path,
        IReadOnlyList<AnswerLogLine> lines,
        IReadOnlyDictionary<string, string> settings,
        AnswerPlan plan,
        Func<int, string> nameOf)
    {
        CheckSettings(path, (lines[0] as AnswerLogSettings)?.Settings, settings);
        List<LoggedAnswer> answers = [.. lines.OfType<LoggedAnswer>()];
        if (answers.Count > plan.Order.Count || answers.Zip(plan.Order).Any(
            pair => pair.First.Clip != pair.Second || pair.First.Name != nameOf(pair.Second)))
        {
            throw new InputException($"{path}: its answers are not those to the clips of the test set; {Advice}");
        }

        answers.RemoveRange(plan.InWholeBatches(answers.Count), answers.Count - plan.InWholeBatches(answers.Count));
        var left = answers.Count + 1;
        return (JsonLinesLog<AnswerLogLine>.Open(path, EvaluationJson.Lines.AnswerLogLine, _ => left-- > 0), answers);
    }

    /// <summary>Appends an answer and hands it to the operating system.</summary>
    public void Append(LoggedAnswer answer)
    {
        _log.Append(answer);
        _answers.Add(answer);
    }

    public void Dispose()
    {
        _log.Dispose();
        _lock.Dispose();
    }

    /// <summary>Refuses a log that was made with other settings, before a model is read for it.</summary>
    /// <exception cref="InputException">It was, or is damaged before its last line.</exception>
    public static void EnsureMadeWith(string path, IReadOnlyDictionary<string, string> settings)
    {
        if (File.Exists(path) && ReadAll(path) is [var first, ..])
            CheckSettings(path, (first as AnswerLogSettings)?.Settings, settings);
    }

    /// <summary>Answers in a log; 0 where there is none.</summary>
    /// <exception cref="InputException">It is damaged before its last line.</exception>
    public static int Count(string path) => File.Exists(path) ? ReadAll(path).OfType<LoggedAnswer>().Count() : 0;

    /// <summary>Keeps a second evaluation out. The log itself stays open to readers.</summary>
    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(
                path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{path}: cannot be written, perhaps because another evaluation does; wait for it, or name another "
                + $"run.save_path: {e.Message.ReplaceLineEndings(" ")}",
                e);
        }
    }

    private static IReadOnlyList<AnswerLogLine> ReadAll(string path) =>
        JsonLinesLog<AnswerLogLine>.ReadAll(path, EvaluationJson.Lines.AnswerLogLine);

    private static void CheckSettings(
        string path, IReadOnlyDictionary<string, string>? made, IReadOnlyDictionary<string, string> wanted)
    {
        if (made is null)
            throw new InputException($"{path}: does not begin like a log of answers; {Advice}");

        foreach (var key in wanted.Keys.Union(made.Keys))
        {
            var (then, now) = (made.GetValueOrDefault(key, "nothing"), wanted.GetValueOrDefault(key, "nothing"));
            if (then != now)
                throw new InputException($"{path}: was made with another {key} ({then}, now {now}); {Advice}");
        }
    }
}
