namespace EmotionLlama.Verification;

/// <summary>How one check against the reference numbers came out.</summary>
public sealed record CheckResult
{
    /// <summary>The check's name in snake case, such as <c>forward_encode_img</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The largest deviation found: a difference, a relative difference, or, with a tolerance of 0 on texts
    /// and ids, the number of differing places. Null where nothing could be compared.</summary>
    public double? MaxError { get; init; }

    /// <summary>The largest deviation allowed.</summary>
    public required double Tolerance { get; init; }

    /// <summary>Whether the deviation is within the tolerance.</summary>
    public required bool Passed { get; init; }

    /// <summary>Why the check failed, in one line; null where it passed.</summary>
    public string? Message { get; init; }
}
