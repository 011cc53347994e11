using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EmotionLlama.Monitoring;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Reports a training run as JSON lines, each an object whose <c>event</c> says what it is:
/// <c>vision_cache</c>, <c>training</c>, <c>step</c>, <c>validation</c>, <c>best</c>, <c>answer</c>, <c>message</c>,
/// <c>checkpoint</c> or, at the end, <c>done</c>.</summary>
/// <param name="output">Where to.</param>
/// <param name="every">Steps between two lines; the first, the last and skipped steps always have one.</param>
internal sealed class JsonTrainingView(TextWriter output, int every) : ITrainingObserver
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private long _steps;

    public void OnVisionCache(VisionCacheProgress progress) => Write("vision_cache", progress);

    public void OnTraining(long steps, long completed)
    {
        _steps = steps;
        Write("training", new { steps, completed });
    }

    public void OnStep(StepMetrics metrics)
    {
        var isDue = metrics.Step == 1 || metrics.Step % Math.Max(every, 1) == 0 || metrics.Step == _steps;
        if (isDue || metrics.Skipped)
            Write("step", metrics);
    }

    public void OnValidation(ValidationMetrics metrics) => Write("validation", metrics);

    public void OnBest(BestMetric best) => Write("best", best);

    public void OnAnswer(SampleAnswer answer) => Write("answer", answer);

    public void OnMessage(string message) => Write("message", new { message });

    public void OnCheckpoint(string path) => Write("checkpoint", new { path });

    /// <summary>The last line: how the run ended.</summary>
    public void OnDone(TrainingOutcome outcome) => Write("done", outcome);

    private void Write<T>(string name, T what)
    {
        var line = JsonSerializer.SerializeToNode(what, Options)!.AsObject();
        line.Insert(0, "event", name);
        output.WriteLine(line.ToJsonString(Options));
        output.Flush();
    }
}
