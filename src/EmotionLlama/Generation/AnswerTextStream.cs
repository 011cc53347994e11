using EmotionLlama.Tokenization;

namespace EmotionLlama.Generation;

/// <summary>The text of an answer while its tokens come. What it returns, joined, is the decoded answer without white
/// space at both ends.</summary>
/// <param name="tokenizer">Llama's tokenizer.</param>
internal sealed class AnswerTextStream(LlamaTextTokenizer tokenizer)
{
    private readonly StreamingDecoder _decoder = new(tokenizer);
    private string _heldBack = "";
    private bool _started;

    /// <summary>Takes the next id and returns the text that is certain now; often empty.</summary>
    public string Add(int id) => id < tokenizer.VocabularySize ? Trim(_decoder.Add(id)) : "";

    /// <summary>Ends the answer and returns the rest of its text.</summary>
    public string Finish() => Trim(_decoder.Finish());

    /// <summary>White space is held back until text behind it shows that it is not the end.</summary>
    private string Trim(string text)
    {
        _heldBack += text;
        if (!_started)
            _heldBack = _heldBack.TrimStart();

        var certain = _heldBack.TrimEnd();
        _heldBack = _heldBack[certain.Length..];
        _started |= certain.Length > 0;
        return certain;
    }
}
