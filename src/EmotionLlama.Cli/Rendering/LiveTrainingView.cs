using EmotionLlama.Monitoring;
using Spectre.Console;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Shows a training run as a panel that stays at the bottom of the terminal; lines scroll above it.</summary>
/// <param name="console">Where to.</param>
/// <param name="display">The live display on that console.</param>
/// <param name="time">The clock.</param>
internal sealed class LiveTrainingView(IAnsiConsole console, LiveDisplayContext display, TimeProvider time)
    : ConsoleTrainingView(console, time)
{
    private const int LossesShown = 40;

    // Terminals that are drawn to more often than the eye follows only slow the training down.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Queue<double> _losses = new();
    private StepMetrics? _latest;
    private ValidationMetrics? _heldOut;
    private BestMetric? _best;
    private long? _drawn;

    public override void OnValidation(ValidationMetrics metrics)
    {
        _heldOut = metrics;
        base.OnValidation(metrics);
    }

    public override void OnBest(BestMetric best)
    {
        _best = best;
        base.OnBest(best);
    }

    /// <summary>Draws the latest figures.</summary>
    public void Refresh()
    {
        if (_latest is null || Progress is null)
            return;

        _drawn = Time.GetTimestamp();
        display.UpdateTarget(TrainingPanel.Create(_latest, Progress, [.. _losses], _heldOut, _best));
    }

    protected override void Show(StepMetrics metrics)
    {
        _latest = metrics;
        _losses.Enqueue(metrics.Loss);
        if (_losses.Count > LossesShown)
            _losses.Dequeue();

        if (_drawn is not { } drawn || Time.GetElapsedTime(drawn) >= Pause)
            Refresh();
    }
}
