using EmotionLlama.Monitoring;
using Spectre.Console;

namespace EmotionLlama.Cli.Rendering;

/// <summary>A training run as lines of text, for pipes and logs.</summary>
/// <param name="console">Where to.</param>
/// <param name="every">Steps between two lines.</param>
internal sealed class TrainingLines(IAnsiConsole console, int every) : ITrainingObserver
{
    public void OnStep(StepMetrics metrics)
    {
        if (metrics.Step != 1 && metrics.Step % every != 0 && !metrics.Skipped)
            return;

        console.MarkupLineInterpolated(
            $"step {metrics.Step,6}  epoch {metrics.Epoch,3}  loss [bold]{metrics.Loss:f4}[/]  rate {metrics.LearningRate:0.00e+0}  {metrics.SamplesPerSecond:f1} samples/s  {metrics.TokensPerSecond:f0} tokens/s{(metrics.Skipped ? "  skipped: gradients not finite" : "")}");
    }

    public void OnValidation(ValidationMetrics metrics) =>
        console.MarkupLineInterpolated($"step {metrics.Step,6}  held-out loss [bold]{metrics.Loss:f4}[/]");

    public void OnAnswer(SampleAnswer answer) =>
        console.MarkupLineInterpolated($"step {answer.Step,6}  [grey]{answer.Clip}:[/] [italic]{answer.Answer}[/]");

    public void OnMessage(string message) => console.MarkupLineInterpolated($"[grey]{message}[/]");

    public void OnCheckpoint(string path) => console.MarkupLineInterpolated($"[grey]saved {path}[/]");
}
