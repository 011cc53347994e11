namespace EmotionLlama.Extraction;

/// <summary>How an extraction ended.</summary>
public sealed record ExtractionReport
{
    /// <summary>The folder of what was made.</summary>
    public required string Output { get; init; }

    /// <summary>The folders in it that were filled, such as <c>frames</c> and <c>HL-UTT</c>.</summary>
    public required IReadOnlyList<string> Folders { get; init; }

    /// <summary>Clips.</summary>
    public required int Clips { get; init; }

    /// <summary>Clips that an earlier extraction made.</summary>
    public required int AlreadyThere { get; init; }

    /// <summary>Clips that this one made.</summary>
    public required int Made { get; init; }

    /// <summary>How long these play, in seconds.</summary>
    public required double ClipSeconds { get; init; }

    /// <summary>How long it took, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Clips that nothing could be made of, in their order.</summary>
    public required IReadOnlyList<ExtractionFailure> Failures { get; init; }

    /// <summary>The file that lists them; null where there are none.</summary>
    public string? FailureFile { get; init; }
}
