namespace EmotionLlama.Verification;

/// <summary>Size of the LoRA matrices in <c>expected.json</c>.</summary>
internal sealed record ExpectedLora
{
    /// <summary>Rank.</summary>
    public required int R { get; init; }

    /// <summary>The update is scaled by alpha / rank.</summary>
    public required double Alpha { get; init; }
}
