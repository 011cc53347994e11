using System.Globalization;
using Google.Protobuf;
using Tensorboard;

namespace EmotionLlama.Monitoring;

/// <summary>Writes what happens in a run as a TensorBoard event file: scalars <c>train/loss</c>,
/// <c>train/learning_rate</c>, <c>train/gradient_norm</c>, <c>speed/tokens_per_second</c> and
/// <c>speed/samples_per_second</c>, the figures of evaluations as <c>validation/…</c>, and sample answers as text. Each start of a run writes a file of its own into the
/// folder; a resumed run tells TensorBoard to forget the steps it takes again.</summary>
/// <remarks>TorchSharp's own SummaryWriter stamps a file with .NET ticks where TensorBoard expects Unix seconds, knows
/// whole seconds only, opens the file anew for every value and cannot purge steps. Its protocol-buffer messages are
/// used here.</remarks>
public sealed class TensorBoardLog : ITrainingObserver, IDisposable
{
    private readonly FileStream _stream;
    private readonly TimeProvider _time;
    private readonly int _every;

    private TensorBoardLog(FileStream stream, int every, TimeProvider time)
    {
        _stream = stream;
        _every = Math.Max(1, every);
        _time = time;
    }

    /// <summary>Starts an event file in <paramref name="folder"/>.</summary>
    /// <param name="folder">The folder TensorBoard is pointed at; created where missing.</param>
    /// <param name="lastStep">The last step in the checkpoint a run resumes from; 0 for a new run.</param>
    /// <param name="every">Steps between two points of a curve.</param>
    /// <param name="time">The clock; null takes the system's.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static TensorBoardLog Open(string folder, long lastStep = 0, int every = 1, TimeProvider? time = null)
    {
        var log = new TensorBoardLog(OpenFile(folder, time ?? TimeProvider.System), every, time ?? TimeProvider.System);
        log.Write(new Event { FileVersion = "brain.Event:2" });

        // On this mark TensorBoard drops what earlier files hold from this step on.
        var restart = new SessionLog { Status = SessionLog.Types.SessionStatus.Start };
        log.Write(new Event { Step = lastStep > 0 ? lastStep + 1 : 0, SessionLog = restart });
        return log;
    }

    /// <inheritdoc/>
    public void OnStep(StepMetrics metrics)
    {
        if (metrics.Step != 1 && metrics.Step % _every != 0)
            return;

        var summary = new Summary();
        Add(summary, "train/loss", metrics.Loss);
        Add(summary, "train/learning_rate", metrics.LearningRate);
        Add(summary, "speed/tokens_per_second", metrics.TokensPerSecond);
        Add(summary, "speed/samples_per_second", metrics.SamplesPerSecond);
        if (metrics.GradientNorm is { } norm)
            Add(summary, "train/gradient_norm", norm);

        Write(new Event { Step = metrics.Step, Summary = summary });
    }

    /// <inheritdoc/>
    public void OnValidation(ValidationMetrics metrics)
    {
        var summary = new Summary();
        Add(summary, "validation/loss", metrics.Loss);
        foreach (var (name, value) in metrics.Figures())
            Add(summary, $"validation/{name}", value);

        Write(new Event { Step = metrics.Step, Summary = summary });
    }

    /// <inheritdoc/>
    public void OnAnswer(SampleAnswer answer)
    {
        // The text dashboard reads Markdown.
        var text = $"**Instruction:** {answer.Instruction}\n\n**Expected:** {answer.Expected}\n\n"
            + $"**Answer:** {answer.Answer}";
        var value = new Summary.Types.Value
        {
            Tag = $"answers/{answer.Clip}",
            Metadata = new SummaryMetadata { PluginData = new() { PluginName = "text" } },
            Tensor = new TensorProto { Dtype = DataType.DtString, TensorShape = new TensorShapeProto() },
        };
        value.Tensor.TensorShape.Dim.Add(new TensorShapeProto.Types.Dim { Size = 1 });
        value.Tensor.StringVal.Add(ByteString.CopyFromUtf8(text));

        var summary = new Summary();
        summary.Value.Add(value);
        Write(new Event { Step = answer.Step, Summary = summary });
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static void Add(Summary summary, string tag, double value) =>
        summary.Value.Add(new Summary.Types.Value { Tag = tag, SimpleValue = (float)value });

    private void Write(Event record)
    {
        record.WallTime = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        TensorFlowRecord.Write(_stream, record.ToByteArray());
        _stream.Flush();
    }

    private static FileStream OpenFile(string folder, TimeProvider time)
    {
        // TensorBoard reads the files of a folder in the order of their names, which begin with the time.
        var start = string.Create(CultureInfo.InvariantCulture,
            $"events.out.tfevents.{time.GetUtcNow().ToUnixTimeSeconds():D10}.{Environment.MachineName}");
        try
        {
            Directory.CreateDirectory(folder);
            for (var number = 0; ; number++)
            {
                var path = Path.Combine(folder, $"{start}.{Environment.ProcessId}.{number}");
                if (!File.Exists(path))
                    return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 64 * 1024);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{folder}: TensorBoard's log cannot be opened ({exception.Message}); choose another run.output_dir",
                exception);
        }
    }
}
