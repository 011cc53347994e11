namespace EmotionLlama.Tests.Checkpoints;

/// <summary>A tensor in a hand-made checkpoint of the old format.</summary>
internal sealed record LegacyTensor(string Key, long Count, long[] Shape, long[] Strides, long Offset = 0)
{
    /// <summary>What PyTorch before 0.4 wrote for a storage that was part of another.</summary>
    public object? PartOf { get; init; }
}
