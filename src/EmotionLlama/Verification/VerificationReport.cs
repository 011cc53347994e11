namespace EmotionLlama.Verification;

/// <summary>How a folder of reference numbers was reproduced.</summary>
public sealed record VerificationReport
{
    /// <summary>Whether every check passed.</summary>
    public bool Passed => Checks.All(check => check.Passed);

    /// <summary>All checks, in the order they ran.</summary>
    public required IReadOnlyList<CheckResult> Checks { get; init; }

    /// <summary>Parts of the folder that no check looks at.</summary>
    public required IReadOnlyList<string> NotCovered { get; init; }
}
