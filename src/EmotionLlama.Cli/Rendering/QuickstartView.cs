using EmotionLlama.Monitoring;
using EmotionLlama.Workflows;
using Spectre.Console;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Tells the quickstart's story as it happens, line by line.</summary>
/// <param name="console">Where to.</param>
internal sealed class QuickstartView(IAnsiConsole console) : IQuickstartObserver
{
    private const int LinesOfTraining = 12;

    private readonly VisionCacheLines _vision = new(TimeProvider.System);
    private string? _followed;
    private long _steps;

    public void OnStage(string title) => console.MarkupLineInterpolated($"\n[bold]{title}[/]");

    public void OnMessage(string message) => console.MarkupLineInterpolated($"  [grey]{message}[/]");

    public void OnVisionCache(VisionCacheProgress progress)
    {
        if (_vision.Next(progress) is { } line)
            OnMessage(line);
    }

    public void OnTraining(long steps, long completed) => _steps = steps;

    public void OnStep(StepMetrics metrics)
    {
        var every = Math.Max(_steps / LinesOfTraining, 1);
        if (metrics.Step == 1 || metrics.Step % every == 0 || metrics.Step == _steps)
        {
            console.MarkupLineInterpolated(
                $"  step {metrics.Step,4} of {_steps}  loss [bold]{metrics.Loss:f3}[/]  rate {metrics.LearningRate:0.0e+0}  {metrics.SamplesPerSecond,5:f1} samples/s  {metrics.TokensPerSecond,6:f0} tokens/s");
        }
    }

    // The same clip each time: the first one heard of.
    public void OnAnswer(SampleAnswer answer)
    {
        _followed ??= answer.Clip;
        if (answer.Clip == _followed)
            console.MarkupLineInterpolated($"  [grey]{answer.Clip} after {answer.Step} steps:[/] [italic]{answer.Answer}[/]");
    }

    public void OnAccuracy(string name, double accuracy) =>
        console.MarkupLineInterpolated($"  accuracy {name,-14} [bold]{accuracy:p0}[/]");

    /// <summary>The last lines: what to look at.</summary>
    public static void RenderSummary(IAnsiConsole console, QuickstartSummary summary)
    {
        console.MarkupLineInterpolated(
            $"\n[green]Done[/] in {summary.Seconds:f0} s: loss {summary.LossFirst:f2} → {summary.LossLast:f2}, accuracy {summary.AccuracyBefore:p0} → {summary.AccuracyAfter:p0}");
        console.MarkupLineInterpolated($"  report      {summary.Report}");
        console.MarkupLineInterpolated($"  checkpoint  {summary.Checkpoint}");
    }
}
