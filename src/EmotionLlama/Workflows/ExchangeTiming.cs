namespace EmotionLlama.Workflows;

/// <summary>What the exchange of gradients between ranks takes.</summary>
public sealed record ExchangeTiming
{
    /// <summary>The number of ranks.</summary>
    public required int Ranks { get; init; }

    /// <summary>What carried the gradients, such as <c>NCCL 2.27.3</c>.</summary>
    public required string Carrier { get; init; }

    /// <summary>Bytes of a rank's gradients.</summary>
    public required long Bytes { get; init; }

    /// <summary>Whether it went on beside the backward pass; over a fast link it waits for its end.</summary>
    public required bool BesideBackward { get; init; }

    /// <summary>Seconds of the exchange alone, with nothing beside it; the median.</summary>
    public required double AloneSeconds { get; init; }

    /// <summary>Seconds of a step with the exchange, the median.</summary>
    public required double StepSeconds { get; init; }

    /// <summary>Seconds of a step of the same ranks, which still wait for one another, without the exchange; the
    /// median.</summary>
    public required double StepWithoutSeconds { get; init; }

    /// <summary>Bytes of the gradients over the seconds of their exchange alone.</summary>
    public double BytesPerSecond => Bytes / AloneSeconds;

    /// <summary>The share of the exchange that was hidden behind the backward pass, 0 to 1: what it did not add to a step.
    /// None where it waited for the end.</summary>
    public double HiddenShare =>
        BesideBackward ? Math.Clamp(1 - ((StepSeconds - StepWithoutSeconds) / AloneSeconds), 0, 1) : 0;
}
