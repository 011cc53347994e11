using EmotionLlama.Runtime;

namespace EmotionLlama.Checkpoints;

/// <summary>What a model took from its files.</summary>
public sealed record ModelLoadReport
{
    private const long WorthTelling = 1L << 30;

    /// <summary>What was taken from each file or folder.</summary>
    public required IReadOnlyList<LoadReport> Files { get; init; }

    /// <summary>The file that holds <c>ln_vision</c>, the layer normalization behind the vision tower; null where none
    /// does.</summary>
    public string? VisionNormFile { get; init; }

    /// <summary>Whether there is a normalization behind the vision tower: without learned weights where no file holds
    /// them, and none where the tower's file says that it needs none.</summary>
    public required bool HasVisionNorm { get; init; }

    /// <summary>Bytes that were read.</summary>
    public required long Bytes { get; init; }

    /// <summary>How long it took.</summary>
    public required double Seconds { get; init; }

    /// <summary>A few lines for people.</summary>
    public IEnumerable<string> ToLines()
    {
        foreach (var file in Files)
            yield return file.ToString();

        if (!HasVisionNorm)
        {
            yield return "ln_vision: the vision tower was made without a normalization behind it";
        }
        else if (VisionNormFile is null)
        {
            yield return "ln_vision: in none of the files, so it stays as it starts, weight 1 and bias 0, as in the "
                + "original";
        }

        if (Bytes >= WorthTelling)
        {
            yield return FormattableString.Invariant(
                $"{ByteSize.Format(Bytes)} of weights in {Seconds:0.0} s ({Bytes / Seconds / 1e9:0.00} GB/s)");
        }
    }
}
