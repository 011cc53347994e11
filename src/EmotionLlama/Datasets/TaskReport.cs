namespace EmotionLlama.Datasets;

/// <summary>What a data report says about one task. Clips are listed by name, each once, in the order of the
/// annotations.</summary>
public sealed record TaskReport
{
    /// <summary>The task's name.</summary>
    public required string Task { get; init; }

    /// <summary>The probability that a reading draws the task.</summary>
    public required double Probability { get; init; }

    /// <summary>Lengths of the answers, end symbol included, before they are cut.</summary>
    public required LengthSummary AnswerTokens { get; init; }

    /// <summary>Clips whose answers are cut because they are too long.</summary>
    public required IReadOnlyList<string> Truncated { get; init; }

    /// <summary>Clips of the annotation file that have no answer in the task's JSON file. Reading one for this task
    /// fails.</summary>
    public required IReadOnlyList<string> WithoutAnswer { get; init; }

    /// <summary>Clips whose answer is empty. Reading one for this task fails.</summary>
    public required IReadOnlyList<string> WithEmptyAnswer { get; init; }

    /// <summary>Clips whose answer refuses to answer, as in "I cannot …".</summary>
    public required IReadOnlyList<string> Refusals { get; init; }

    /// <summary>Groups of clips that share one caption word by word.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> SameAnswer { get; init; }
}
