namespace EmotionLlama.Tokenization;

/// <summary>What a SentencePiece <c>tokenizer.model</c> file says, as far as Llama needs it. Defaults are those of a
/// Llama-2 file.</summary>
public sealed record SentencePieceModel
{
    /// <summary>The mark that stands for a space inside pieces.</summary>
    public const char SpaceMark = '\u2581';

    /// <summary>The vocabulary; a piece's place is its id.</summary>
    public required IReadOnlyList<SentencePiece> Pieces { get; init; }

    /// <summary>How text is split.</summary>
    public SentencePieceAlgorithm Algorithm { get; init; } = SentencePieceAlgorithm.BytePair;

    /// <summary>The name of the rules that change text before it is split; <c>identity</c> changes nothing.</summary>
    public string Normalizer { get; init; } = "identity";

    /// <summary>Whether the file carries a table of character replacements.</summary>
    public bool HasCharacterMap { get; init; }

    /// <summary>Whether a space is put before the text.</summary>
    public bool AddsDummyPrefix { get; init; } = true;

    /// <summary>Whether runs of spaces become one and outer spaces vanish.</summary>
    public bool RemovesExtraSpaces { get; init; }

    /// <summary>Whether pieces carry the space behind a word in place of the one before it.</summary>
    public bool SpacesFollowWords { get; init; }

    /// <summary>Whether spaces are written as <see cref="SpaceMark"/>.</summary>
    public bool EscapesSpaces { get; init; } = true;

    /// <summary>Whether characters outside the vocabulary are spelled in bytes.</summary>
    public bool ByteFallback { get; init; } = true;

    /// <summary>The id of the piece for unknown text.</summary>
    public int UnknownId { get; init; }

    /// <summary>The id of the mark that begins a sequence.</summary>
    public int BeginId { get; init; } = 1;

    /// <summary>The id of the mark that ends a sequence.</summary>
    public int EndId { get; init; } = 2;
}
