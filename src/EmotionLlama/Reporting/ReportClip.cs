using EmotionLlama.Datasets;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Reporting;

/// <summary>A clip of the report and what the model said about it over time.</summary>
public sealed record ReportClip
{
    /// <summary>The clip's name in the annotations.</summary>
    public required string Name { get; init; }

    /// <summary>The labelled emotion.</summary>
    public required Emotion Emotion { get; init; }

    /// <summary>The frame as a PNG file; null where there is none.</summary>
    public ReadOnlyMemory<byte>? Picture { get; init; }

    /// <summary>What the person in the clip says; null or empty where unknown.</summary>
    public string? Words { get; init; }

    /// <summary>The answer of the annotations.</summary>
    public required string Expected { get; init; }

    /// <summary>The model's answers, by growing step.</summary>
    public required IReadOnlyList<SampleAnswer> Answers { get; init; }

    /// <summary>Further words and phrases to mark as clues, such as <c>trembling voice</c>.</summary>
    public IReadOnlyList<string> Clues { get; init; } = [];
}
