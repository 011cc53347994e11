namespace EmotionLlama.Tokenization;

/// <summary>A prompt and its answer as token ids.</summary>
public sealed record TokenizedSample
{
    /// <summary>Stands in <see cref="Prompt"/> where an embedding of the picture or of a feature is inserted.</summary>
    public const int Inserted = -1;

    /// <summary>The prompt, from the beginning-of-sequence token on.</summary>
    public required IReadOnlyList<int> Prompt { get; init; }

    /// <summary>The answer with its end symbol; empty for a prompt to be answered.</summary>
    public IReadOnlyList<int> Answer { get; init; } = [];

    /// <summary>Whether the answer was cut.</summary>
    public bool Truncated { get; init; }

    /// <summary>Prompt and answer together.</summary>
    public int Length => Prompt.Count + Answer.Count;
}
