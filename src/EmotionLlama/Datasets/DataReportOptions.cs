namespace EmotionLlama.Datasets;

/// <summary>How a data report is made.</summary>
public sealed record DataReportOptions
{
    /// <summary>The most answer tokens, end symbol included.</summary>
    public int MaxAnswerTokens { get; init; } = 300;

    /// <summary>Closes every answer.</summary>
    public string EndSymbol { get; init; } = "</s>";

    /// <summary>Whether frames are decoded, which takes milliseconds each; otherwise they are only looked for. Features
    /// are small and always read.</summary>
    public bool DecodeFrames { get; init; }
}
