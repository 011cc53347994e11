using EmotionLlama.Monitoring;

namespace EmotionLlama.Workflows;

/// <summary>Mean losses at the two ends of a run.</summary>
internal sealed class LossWindow : ITrainingObserver
{
    private const int Length = 10;

    private readonly List<double> _first = [];
    private readonly Queue<double> _last = [];

    /// <summary>Mean of the first ten steps; NaN without any.</summary>
    public double First => _first.DefaultIfEmpty(double.NaN).Average();

    /// <summary>Mean of the last ten steps; NaN without any.</summary>
    public double Last => _last.DefaultIfEmpty(double.NaN).Average();

    /// <inheritdoc/>
    public void OnStep(StepMetrics metrics)
    {
        if (metrics.Skipped)
            return;

        if (_first.Count < Length)
            _first.Add(metrics.Loss);

        _last.Enqueue(metrics.Loss);
        if (_last.Count > Length)
            _last.Dequeue();
    }
}
