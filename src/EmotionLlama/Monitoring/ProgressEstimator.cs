namespace EmotionLlama.Monitoring;

/// <summary>Says how far a run is and how long it still takes, from the recent pace of its steps, pauses for
/// checkpoints and evaluations included.</summary>
public sealed class ProgressEstimator
{
    private readonly TimeProvider _time;
    private readonly double _halfLife;
    private readonly long _start;
    private long _mark;
    private double _seconds;
    private double _steps;

    /// <summary>Starts measuring now.</summary>
    /// <param name="totalSteps">Steps of the whole run.</param>
    /// <param name="completedSteps">Steps already taken, before a resumption.</param>
    /// <param name="time">The clock; null takes the system's.</param>
    /// <param name="halfLife">The age at which a step counts half; null is 30 seconds.</param>
    public ProgressEstimator(
        long totalSteps, long completedSteps = 0, TimeProvider? time = null, TimeSpan? halfLife = null)
    {
        _time = time ?? TimeProvider.System;
        _halfLife = (halfLife ?? TimeSpan.FromSeconds(30)).TotalSeconds;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_halfLife, nameof(halfLife));
        TotalSteps = totalSteps;
        CompletedSteps = completedSteps;
        _start = _mark = _time.GetTimestamp();
    }

    /// <summary>Steps of the whole run.</summary>
    public long TotalSteps { get; }

    /// <summary>Steps taken so far.</summary>
    public long CompletedSteps { get; private set; }

    /// <summary>The part of the run that is done, 0 to 1.</summary>
    public double Fraction => TotalSteps > 0 ? Math.Clamp((double)CompletedSteps / TotalSteps, 0, 1) : 1;

    /// <summary>Time since measuring began.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_start);

    /// <summary>Estimated time to the end; null before the first step.</summary>
    public TimeSpan? Remaining =>
        _steps > 0 ? TimeSpan.FromSeconds(Math.Max(0, TotalSteps - CompletedSteps) * _seconds / _steps) : null;

    /// <summary>The run has just completed <paramref name="step"/>.</summary>
    public void Advance(long step)
    {
        var seconds = _time.GetElapsedTime(_mark).TotalSeconds;
        _mark = _time.GetTimestamp();
        var fading = Math.Pow(0.5, seconds / _halfLife);
        _seconds = (_seconds * fading) + seconds;
        _steps = (_steps * fading) + Math.Max(0, step - CompletedSteps);
        CompletedSteps = step;
    }
}
