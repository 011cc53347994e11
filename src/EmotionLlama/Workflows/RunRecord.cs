using EmotionLlama.Monitoring;

namespace EmotionLlama.Workflows;

/// <summary>What the outcome of a run tells: mean losses at its two ends, and its last checkpoint.</summary>
internal sealed class RunRecord : ITrainingObserver
{
    private const int Window = 10;

    private readonly List<double> _first = [];
    private readonly Queue<double> _last = [];

    /// <summary>Mean loss of the first ten steps; null without any.</summary>
    public double? LossFirst => MeanOf(_first);

    /// <summary>Mean loss of the last ten steps; null without any.</summary>
    public double? LossLast => MeanOf(_last);

    /// <summary>The last checkpoint; null before there is one.</summary>
    public string? Checkpoint { get; private set; }

    /// <inheritdoc/>
    public void OnStep(StepMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        if (metrics.Skipped)
            return;

        if (_first.Count < Window)
            _first.Add(metrics.Loss);

        _last.Enqueue(metrics.Loss);
        if (_last.Count > Window)
            _last.Dequeue();
    }

    /// <inheritdoc/>
    public void OnCheckpoint(string path) => Checkpoint = path;

    private static double? MeanOf(IReadOnlyCollection<double> losses) => losses.Count > 0 ? losses.Average() : null;
}
