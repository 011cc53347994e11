namespace EmotionLlama.Tests.Endpoints;

/// <summary>A clock that moves when told to, and then lets the timers ring that are due.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How long the timers set have yet to run, in seconds.</summary>
    public double[] Waits
    {
        get
        {
            lock (_lock)
                return [.. _timers.Select(timer => (timer.Due - _now).TotalSeconds).Order()];
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Pass(double seconds)
    {
        Timer[] due;
        lock (_lock)
        {
            // Upwards: a timer that lacks a tick of what it was seen to wait would never ring.
            _now += TimeSpan.FromTicks((long)Math.Ceiling(seconds * TimeSpan.TicksPerSecond));
            due = [.. _timers.Where(timer => timer.Due <= _now)];
            _timers.RemoveAll(due.Contains);
        }

        foreach (var timer in due)
            timer.Ring();
    }

    /// <summary>Waits until a timer is set that has this long to run.</summary>
    public async Task UntilWaitingAsync(Func<double, bool> seconds, CancellationToken cancellationToken)
    {
        for (var tries = 0; !Waits.Any(seconds); tries++)
        {
            Assert.True(tries < 12_000, "no timer is set");
            await Task.Delay(5, cancellationToken);
        }
    }

    private sealed class Timer(ManualClock clock, Action ring) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public Action Ring => ring;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock._now + dueTime;
                    clock._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
