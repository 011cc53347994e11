using EmotionLlama.Configuration;

namespace EmotionLlama.Workflows;

/// <summary>What a data set is built of, and where it goes.</summary>
public sealed record BuildDatasetOptions
{
    /// <summary>The folder of clips.</summary>
    public required string ClipFolder { get; init; }

    /// <summary>The folder of OpenFace tables, <c>NAME.csv</c>.</summary>
    public required string OpenFaceFolder { get; init; }

    /// <summary>The transcripts; null where nobody knows what is said.</summary>
    public string? Transcripts { get; init; }

    /// <summary>The folder of the result.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>How to build.</summary>
    public required ConstructionRecipe Recipe { get; init; }
}
