namespace EmotionLlama.Monitoring;

/// <summary>Measures samples and tokens a second, smoothed: work and time are both summed with exponentially fading
/// weight, and the rate is their quotient. The first step is thus measured exactly, and a long step counts for as much
/// time as it took.</summary>
public sealed class Throughput
{
    private readonly TimeProvider _time;
    private readonly double _halfLife;
    private long _mark;
    private double _seconds;
    private double _samples;
    private double _tokens;

    /// <summary>Starts measuring now.</summary>
    /// <param name="time">The clock; null takes the system's.</param>
    /// <param name="halfLife">The age at which a step counts half; null is 5 seconds.</param>
    public Throughput(TimeProvider? time = null, TimeSpan? halfLife = null)
    {
        _time = time ?? TimeProvider.System;
        _halfLife = (halfLife ?? TimeSpan.FromSeconds(5)).TotalSeconds;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_halfLife, nameof(halfLife));
        _mark = _time.GetTimestamp();
    }

    /// <summary>Clips a second; 0 before the first step.</summary>
    public double SamplesPerSecond => Rate(_samples);

    /// <summary>Tokens a second; 0 before the first step.</summary>
    public double TokensPerSecond => Rate(_tokens);

    /// <summary>A step has just ended.</summary>
    /// <param name="samples">Its clips.</param>
    /// <param name="tokens">Its tokens.</param>
    public void Add(long samples, long tokens)
    {
        var seconds = _time.GetElapsedTime(_mark).TotalSeconds;
        _mark = _time.GetTimestamp();
        var fading = Math.Pow(0.5, seconds / _halfLife);
        _seconds = (_seconds * fading) + seconds;
        _samples = (_samples * fading) + samples;
        _tokens = (_tokens * fading) + tokens;
    }

    /// <summary>Starts the clock anew, so that what happened since the last step (a checkpoint, an evaluation) does not
    /// count as training.</summary>
    public void Continue() => _mark = _time.GetTimestamp();

    private double Rate(double work) => _seconds > 0 ? work / _seconds : 0;
}
