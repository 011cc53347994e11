using EmotionLlama.Endpoints;

namespace EmotionLlama.Tests.Endpoints;

public sealed class CallPacerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_that_come_together_are_spread_over_the_minute()
    {
        var clock = new ManualClock();
        var pacer = new CallPacer(perMinute: 4, clock);

        var calls = Enumerable.Range(0, 5).Select(_ => pacer.WaitAsync(Cancellation)).ToArray();

        Assert.Equal([true, false, false, false, false], calls.Select(call => call.IsCompleted));
        Assert.Equal([15, 30, 45, 60], clock.Waits);
        clock.Pass(60);
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task A_pause_earns_no_burst()
    {
        var clock = new ManualClock();
        var pacer = new CallPacer(perMinute: 4, clock);
        await pacer.WaitAsync(Cancellation);

        clock.Pass(600);
        await pacer.WaitAsync(Cancellation);
        var next = pacer.WaitAsync(Cancellation);

        Assert.False(next.IsCompleted);
        Assert.Equal([15], clock.Waits);
        clock.Pass(15);
        await next;
    }

    [Fact]
    public void Without_a_rate_nobody_waits()
    {
        var pacer = new CallPacer(perMinute: 0, new ManualClock());

        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(pacer.WaitAsync(Cancellation).IsCompleted));
    }
}
