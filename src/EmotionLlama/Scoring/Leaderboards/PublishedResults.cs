namespace EmotionLlama.Scoring.Leaderboards;

/// <summary>Figures to compare with.</summary>
public static class PublishedResults
{
    private const string Judge = "GPT, published";

    /// <summary>EMER, scored with ChatGPT: Cheng et al., "Emotion-LLaMA: Multimodal Emotion Recognition and Reasoning with
    /// Instruction Tuning", NeurIPS 2024, table 2.</summary>
    public static IReadOnlyList<LeaderboardRow> Emer { get; } =
    [
        Row("VideoChat-Text", 6.42, 3.94),
        Row("Video-LLaMA", 6.64, 4.89),
        Row("Valley", 7.24, 5.77),
        Row("Emotion-LLaMA", 7.83, 6.25),
    ];

    private static LeaderboardRow Row(string system, double clues, double labels) => new()
    {
        System = system,
        Scorer = Judge,
        ClueOverlap = clues,
        LabelOverlap = labels,
        IsPublished = true,
    };
}
