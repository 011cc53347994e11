using System.Text;

namespace EmotionLlama.Tokenization;

/// <summary>
/// Turns ids into text one at a time, for output that is shown while it is generated. What it returns, joined, equals
/// <see cref="LlamaTextTokenizer.Decode(ReadOnlySpan{int})"/> of all ids. One instance decodes one sequence.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly LlamaTextTokenizer _tokenizer;

    // Holds back the bytes of a character until its last one has come.
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private bool _started;

    /// <summary>Starts a sequence.</summary>
    public StreamingDecoder(LlamaTextTokenizer tokenizer) => _tokenizer = tokenizer;

    /// <summary>Takes the next id and returns the text it completes: empty for special ids and inside a character
    /// that is spelled in bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    public string Add(int id) => Decode(_tokenizer.BytesOf(id), isLast: false);

    /// <summary>Ends the sequence and returns what was held back: U+FFFD for a character that was never completed,
    /// mostly nothing.</summary>
    public string Finish() => Decode([], isLast: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool isLast)
    {
        var characters = new char[_utf8.GetCharCount(bytes, isLast)];
        var count = _utf8.GetChars(bytes, characters, isLast);
        var text = characters.AsSpan(0, count);
        if (!_started && count > 0)
        {
            _started = true;
            if (text[0] == ' ')
                text = text[1..];
        }

        return text.ToString();
    }
}
