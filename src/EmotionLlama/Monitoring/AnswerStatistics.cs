namespace EmotionLlama.Monitoring;

/// <summary>What the answers about held-out clips are like as texts, beside the annotations of the same clips.</summary>
public sealed record AnswerStatistics
{
    /// <summary>The share of answers that mention no clue, among the clips whose annotation mentions one; null where
    /// none does.</summary>
    public double? WithoutClue { get; init; }

    /// <summary>Mean length of an answer, in words.</summary>
    public required double Words { get; init; }

    /// <summary>Mean length of an annotation, in words.</summary>
    public required double ExpectedWords { get; init; }

    /// <summary>Distinct words of all answers, divided by all their words: distinct-1 of Li et al., "A
    /// Diversity-Promoting Objective Function for Neural Conversation Models", NAACL 2016.</summary>
    public required double Distinct1 { get; init; }

    /// <summary>The same of pairs of neighbouring words: distinct-2.</summary>
    public required double Distinct2 { get; init; }

    /// <summary>Distinct-1 of the annotations.</summary>
    public required double ExpectedDistinct1 { get; init; }

    /// <summary>Distinct-2 of the annotations.</summary>
    public required double ExpectedDistinct2 { get; init; }
}
