namespace EmotionLlama.Datasets;

/// <summary>A task: how it is asked, and where its answers come from.</summary>
public sealed record TaskDefinition
{
    /// <summary>The name, which also stands in the prompt: <c>[reason]</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Ways of asking, of which each reading draws one. At least one.</summary>
    public required IReadOnlyList<string> Instructions { get; init; }

    /// <summary>The file that holds the answers.</summary>
    public required AnswerSource Source { get; init; }

    /// <summary>The field of a JSON file that is the answer; empty for <see cref="AnswerSource.Label"/>.</summary>
    public string Field { get; init; } = "";
}
