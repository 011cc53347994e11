namespace EmotionLlama.Endpoints;

/// <summary>When a call is tried again.</summary>
internal sealed record RetryTiming
{
    /// <summary>The first wait, about; each next one is about twice as long, at random so that parallel calls do not
    /// come back together.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait that an endpoint did not ask for.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
