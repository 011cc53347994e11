namespace EmotionLlama.Endpoints;

/// <summary>An answer as the cache keeps it. All but the answer is there for people who look into the file.</summary>
internal sealed record CachedAnswer
{
    /// <summary>The model that answered.</summary>
    public required string Model { get; init; }

    /// <summary>Where it is.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The prompt.</summary>
    public required string Question { get; init; }

    /// <summary>The answer, as it came.</summary>
    public required string Answer { get; init; }

    /// <summary>Tokens of prompt and answer, where the endpoint told.</summary>
    public long? InputTokens { get; init; }

    /// <inheritdoc cref="InputTokens"/>
    public long? OutputTokens { get; init; }
}
