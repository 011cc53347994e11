using System.Globalization;
using System.Text;
using Google.Protobuf;
using Microsoft.ML.Tokenizers;

namespace EmotionLlama.Tokenization;

/// <summary>
/// Llama's SentencePiece tokenizer. The marks <c>&lt;s&gt;</c>, <c>&lt;/s&gt;</c> and <c>&lt;unk&gt;</c> inside a text
/// become their ids and split it; each remaining piece is encoded alone, with a space put before it.
/// Safe to use from several threads at once.
/// </summary>
public sealed class LlamaTextTokenizer
{
    private const string Remedy = "give the tokenizer.model of a Llama or Llama-2 model";
    private const long MaximumBytes = 64 << 20;

    private readonly LlamaTokenizer _splitter;
    private readonly byte[][] _pieceBytes;
    private readonly (string Text, int Id)[] _specials;

    private LlamaTextTokenizer(SentencePieceModel model, LlamaTokenizer splitter)
    {
        _splitter = splitter;
        _pieceBytes = [.. model.Pieces.Select(BytesOf)];
        _specials = [.. new[] { model.BeginId, model.EndId, model.UnknownId }
            .Select(id => (model.Pieces[id].Text, id))];
        BeginId = model.BeginId;
        EndId = model.EndId;
        UnknownId = model.UnknownId;
    }

    /// <summary>How many ids there are; valid ids are below it.</summary>
    public int VocabularySize => _pieceBytes.Length;

    /// <summary>The id of <c>&lt;s&gt;</c>, which begins a sequence; 1 in Llama.</summary>
    public int BeginId { get; }

    /// <summary>The id of <c>&lt;/s&gt;</c>, which ends a sequence; 2 in Llama.</summary>
    public int EndId { get; }

    /// <summary>The id of <c>&lt;unk&gt;</c>; 0 in Llama.</summary>
    public int UnknownId { get; }

    /// <summary>Opens a <c>tokenizer.model</c> file.</summary>
    /// <exception cref="InputException">The file is missing, corrupt, or not a byte pair SentencePiece model of
    /// Llama's kind; the message says which.</exception>
    public static LlamaTextTokenizer Open(string path)
    {
        var bytes = ReadFile(path);
        try
        {
            var model = SentencePieceModelReader.Read(bytes);
            if (model.Pieces.Count == 0)
                throw new InputException($"{path}: not a SentencePiece model: it has no vocabulary; {Remedy}");
            if (WhatIsUnsupported(model) is { } unsupported)
                throw new InputException($"{path}: unsupported tokenizer: {unsupported}; {Remedy}");

            using var stream = new MemoryStream(bytes, writable: false);
            return new(model, LlamaTokenizer.Create(stream, addBeginOfSentence: false, addEndOfSentence: false));
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new InputException($"{path}: not a SentencePiece model, or a corrupt one; {Remedy}", error);
        }
    }

    /// <summary>The ids of a text, without <see cref="BeginId"/> before it or <see cref="EndId"/> behind it. An empty
    /// text has none.</summary>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>();
        var rest = text.AsSpan();
        while (FindSpecial(rest) is var (at, length, id))
        {
            EncodePiece(rest[..at], ids);
            ids.Add(id);
            rest = rest[(at + length)..];
        }

        EncodePiece(rest, ids);
        return [.. ids];
    }

    /// <summary>How many ids <see cref="Encode"/> gives for a text.</summary>
    public int CountTokens(string text) => Encode(text).Length;

    /// <summary>The text of ids. Special ids have no text, and the first space is taken off, as <see cref="Encode"/>
    /// put it there. Bytes that are not UTF-8 become U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var decoder = new StreamingDecoder(this);
        var text = new StringBuilder();
        foreach (var id in ids)
            text.Append(decoder.Add(id));

        return text.Append(decoder.Finish()).ToString();
    }

    /// <inheritdoc cref="Decode(ReadOnlySpan{int})"/>
    public string Decode(IEnumerable<int> ids) => Decode([.. ids]);

    /// <summary>The UTF-8 bytes that an id stands for; empty for special ids.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    internal ReadOnlySpan<byte> BytesOf(int id) => (uint)id < (uint)_pieceBytes.Length
        ? _pieceBytes[id]
        : throw new ArgumentOutOfRangeException(
            nameof(id), id, $"no such token: the vocabulary has {VocabularySize} ids");

    private static byte[] ReadFile(string path)
    {
        try
        {
            // A whole checkpoint given by mistake is not read into memory first.
            return new FileInfo(path).Length <= MaximumBytes
                ? File.ReadAllBytes(path)
                : throw new InputException($"{path}: too large for a SentencePiece model; {Remedy}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                File.Exists(path)
                    ? $"{path}: the tokenizer cannot be read: {error.Message}"
                    : $"{path}: there is no such tokenizer file; {Remedy}",
                error);
        }
    }

    private static string? WhatIsUnsupported(SentencePieceModel model)
    {
        if (model.Algorithm != SentencePieceAlgorithm.BytePair)
            return $"its model type is {model.Algorithm}, not BytePair";
        if (model.Normalizer is not ("identity" or "") || model.HasCharacterMap)
            return $"its normalizer is '{model.Normalizer}', not 'identity'";
        if (!model.AddsDummyPrefix || !model.EscapesSpaces || model.RemovesExtraSpaces || model.SpacesFollowWords)
            return "it does not keep spaces as Llama does (before each word, escaped, none removed)";

        var marks = new[]
        {
            ("unknown", model.UnknownId, SentencePieceKind.Unknown),
            ("begin", model.BeginId, SentencePieceKind.Control),
            ("end", model.EndId, SentencePieceKind.Control),
        };
        foreach (var (name, id, kind) in marks)
        {
            if ((uint)id >= (uint)model.Pieces.Count || model.Pieces[id].Kind != kind)
                return $"it has no {name} mark (id {id})";
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        return model.Pieces.FirstOrDefault(piece => !seen.Add(piece.Text)) is { Text: { } twice }
            ? $"its piece '{twice}' occurs twice"
            : null;
    }

    private static byte[] BytesOf(SentencePiece piece) => piece.Kind switch
    {
        SentencePieceKind.Control or SentencePieceKind.Unknown or SentencePieceKind.Unused => [],
        SentencePieceKind.Byte when ByteOf(piece.Text) is { } value => [value],
        _ => Encoding.UTF8.GetBytes(piece.Text.Replace(SentencePieceModel.SpaceMark, ' ')),
    };

    private static byte? ByteOf(string text) =>
        text is ['<', '0', 'x', var high, var low, '>']
        && byte.TryParse([high, low], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    private void EncodePiece(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (!piece.IsEmpty)
            ids.AddRange(_splitter.EncodeToIds(piece));
    }

    private (int At, int Length, int Id)? FindSpecial(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOf('<'); at >= 0;)
        {
            foreach (var (special, id) in _specials)
            {
                if (text[at..].StartsWith(special, StringComparison.Ordinal))
                    return (at, special.Length, id);
            }

            var next = text[(at + 1)..].IndexOf('<');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return null;
    }
}
