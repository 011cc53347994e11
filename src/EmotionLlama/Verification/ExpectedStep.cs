namespace EmotionLlama.Verification;

/// <summary>One training step in <c>expected.json</c>.</summary>
internal sealed record ExpectedStep
{
    /// <summary>The samples of its batch.</summary>
    public required IReadOnlyList<int> Batch { get; init; }

    /// <summary>The learning rate.</summary>
    public required double Lr { get; init; }

    /// <summary>The loss before the step.</summary>
    public required double Loss { get; init; }
}
