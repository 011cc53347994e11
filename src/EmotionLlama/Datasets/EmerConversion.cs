namespace EmotionLlama.Datasets;

/// <summary>What became of an EMER file.</summary>
public sealed record EmerConversion
{
    /// <summary>The annotation file to train on.</summary>
    public required string TrainingFile { get; init; }

    /// <summary>The annotation file of the clips held out; null where there are none.</summary>
    public required string? HeldOutFile { get; init; }

    /// <summary>Clips to train on.</summary>
    public required int TrainingClips { get; init; }

    /// <summary>Clips held out: the last rows of the file.</summary>
    public required int HeldOutClips { get; init; }

    /// <summary>Clips with each label, for all nine labels.</summary>
    public required IReadOnlyDictionary<string, int> Labels { get; init; }

    /// <summary>Clips whose subtitle is empty; they are kept, with an empty sentence.</summary>
    public required IReadOnlyList<string> WithoutSubtitle { get; init; }

    /// <summary>Clips whose emotion is none of the nine labels, nor a word for one; they are annotated as neutral, and
    /// their own words kept in <c>pseu_emotion</c>.</summary>
    public required IReadOnlyList<string> Unmapped { get; init; }
}
