using EmotionLlama.Monitoring;
using Spectre.Console;

namespace EmotionLlama.Cli.Rendering;

/// <summary>What both the panel and the lines of a training run have in common: everything but the steps is a line of
/// text.</summary>
/// <param name="console">Where to.</param>
/// <param name="time">The clock.</param>
internal abstract class ConsoleTrainingView(IAnsiConsole console, TimeProvider time) : ITrainingObserver
{
    private readonly VisionCacheLines _vision = new(time);

    /// <summary>The clock.</summary>
    protected TimeProvider Time { get; } = time;

    /// <summary>Where the run is; null before training begins.</summary>
    protected ProgressEstimator? Progress { get; private set; }

    public void OnVisionCache(VisionCacheProgress progress)
    {
        if (_vision.Next(progress) is { } line)
            OnMessage(line);
    }

    public void OnTraining(long steps, long completed) =>
        Progress = new ProgressEstimator(steps, completed, Time);

    public void OnStep(StepMetrics metrics)
    {
        Progress?.Advance(metrics.Step);
        if (metrics.Skipped)
            WriteLine($"[yellow]step {metrics.Step}: the gradient is not finite, weights left as they were[/]");

        Show(metrics);
    }

    public virtual void OnValidation(ValidationMetrics metrics) => WriteLine(
        $"held-out loss after {metrics.Step} steps: [bold]{metrics.Loss:f4}[/]{Quantities.Scores(metrics)}");

    public virtual void OnBest(BestMetric best) => WriteLine($"best so far: [bold]{best.ToText()}[/]");

    public void OnAnswer(SampleAnswer answer) =>
        WriteLine($"[grey]{answer.Clip} after {answer.Step} steps:[/] [italic]{answer.Answer}[/]");

    public void OnMessage(string message) => WriteLine($"[grey]{message}[/]");

    public void OnCheckpoint(string path) => WriteLine($"[grey]saved {path}[/]");

    /// <summary>Shows the figures of a step.</summary>
    protected abstract void Show(StepMetrics metrics);

    /// <summary>Writes a line of markup; inserted values are text.</summary>
    protected void WriteLine(FormattableString markup) => console.MarkupLineInterpolated(markup);
}
