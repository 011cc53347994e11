namespace EmotionLlama.Endpoints;

/// <summary>Spreads the starts of calls evenly, so that no minute has more than it may. .NET's rate limiters would let
/// a whole minute's calls start at once, and know only the machine's clock.</summary>
/// <param name="perMinute">Most calls in a minute; 0 is no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class CallPacer(int perMinute, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly TimeSpan _interval = perMinute > 0 ? TimeSpan.FromMinutes(1) / perMinute : TimeSpan.Zero;
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Waits for the caller's turn.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        if (perMinute == 0)
            return Task.CompletedTask;

        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var start = _next > now ? _next : now;
            _next = start + _interval;
            wait = start - now;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellationToken) : Task.CompletedTask;
    }
}
