using EmotionLlama.Tokenization;

namespace EmotionLlama.Tests.Tokenization;

/// <summary>Text shown while it is generated.</summary>
public sealed class StreamingDecoderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LlamaTextTokenizer _tokenizer;

    public StreamingDecoderTests()
    {
        SentencePieceModelWriter.Write(
            BytePairTrainer.Train(["calm voice calm voice", "low voice"], 280), _folder["tokenizer.model"]);
        _tokenizer = LlamaTextTokenizer.Open(_folder["tokenizer.model"]);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("calm voice, low voice")]
    [InlineData("  calm 😊  voice 灯")]
    [InlineData("\u00E9\u00E9")]
    public void Parts_join_to_the_decoded_text(string text)
    {
        var ids = _tokenizer.Encode(text);
        var decoder = new StreamingDecoder(_tokenizer);

        var joined = string.Concat(ids.Select(decoder.Add)) + decoder.Finish();

        Assert.Equal(text, joined);
    }

    [Fact]
    public void A_space_before_a_later_word_is_kept()
    {
        var decoder = new StreamingDecoder(_tokenizer);

        Assert.Equal("calm", string.Concat(_tokenizer.Encode("calm").Select(decoder.Add)));
        Assert.Equal(" voice", string.Concat(_tokenizer.Encode("voice").Select(decoder.Add)));
    }

    [Fact]
    public void A_character_spelled_in_bytes_appears_with_its_last_byte()
    {
        var decoder = new StreamingDecoder(_tokenizer);

        string[] parts = [.. new[] { 0xF0, 0x9F, 0x98, 0x8A }.Select(value => decoder.Add(3 + value))];

        Assert.Equal(["", "", "", "😊"], parts);
        Assert.Equal("", decoder.Finish());
    }

    [Fact]
    public void A_character_that_is_never_completed_ends_as_a_replacement()
    {
        var decoder = new StreamingDecoder(_tokenizer);

        Assert.Equal("", decoder.Add(3 + 0xF0));
        Assert.Equal("\uFFFD", decoder.Finish());
    }

    [Fact]
    public void Marks_have_no_text()
    {
        var decoder = new StreamingDecoder(_tokenizer);

        Assert.Equal("", decoder.Add(_tokenizer.BeginId) + decoder.Add(_tokenizer.EndId));
    }
}
