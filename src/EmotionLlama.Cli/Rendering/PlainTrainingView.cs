using EmotionLlama.Monitoring;
using Spectre.Console;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Shows a training run as lines, for pipes and log files.</summary>
/// <param name="console">Where to.</param>
/// <param name="every">Steps between two lines; the first and the last step always have one.</param>
/// <param name="time">The clock.</param>
internal sealed class PlainTrainingView(IAnsiConsole console, int every, TimeProvider time)
    : ConsoleTrainingView(console, time)
{
    protected override void Show(StepMetrics metrics)
    {
        var total = Progress?.TotalSteps;
        if (metrics.Step != 1 && metrics.Step % Math.Max(every, 1) != 0 && metrics.Step != total)
            return;

        var width = $"{total}".Length;
        var step = total is null ? $"{metrics.Step}" : $"{$"{metrics.Step}".PadLeft(width)}/{total}";
        var left = Progress?.Remaining is { } time ? $"  {Quantities.Duration(time)} left" : "";
        WriteLine(
            $"step {step}  epoch {metrics.Epoch}  loss {metrics.Loss:f4}  rate {Quantities.Rate(metrics.LearningRate)}  {Quantities.Speed(metrics)}  {Quantities.Memory(metrics)}{left}");
    }
}
