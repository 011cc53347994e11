using EmotionLlama.Tokenization;

namespace EmotionLlama.Tests.Tokenization;

/// <summary>Encoding and decoding with a vocabulary learned on the spot.</summary>
public sealed class LlamaTextTokenizerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SentencePieceModel _model = BytePairTrainer.Train(
        ["the voice is calm and the voice is low", "the face is calm, the brows are low"], 300);
    private readonly LlamaTextTokenizer _tokenizer;

    public LlamaTextTokenizerTests() => _tokenizer = Open(_model);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("the voice is calm")]
    [InlineData("  the  voice ")]
    [InlineData("unseen Ünïcödé, 灯 and 😊!")]
    [InlineData("two\nlines\tand a tab")]
    [InlineData("12 clips in 0.5 s")]
    [InlineData("<video> [INST] < s>")]
    [InlineData("")]
    public void Decoding_gives_back_the_text(string text) =>
        Assert.Equal(text, _tokenizer.Decode(_tokenizer.Encode(text)));

    [Fact]
    public void Frequent_words_become_few_tokens() =>
        Assert.InRange(_tokenizer.CountTokens("the voice"), 1, 4);

    [Fact]
    public void Unseen_characters_are_spelled_in_bytes()
    {
        int[] bytes = [.. _tokenizer.Encode("é").Skip(1)];

        Assert.Equal([3 + 0xC3, 3 + 0xA9], bytes);
    }

    [Fact]
    public void Marks_become_their_ids_and_split_the_text()
    {
        var calm = _tokenizer.Encode("calm");
        var low = _tokenizer.Encode("low");

        Assert.Equal([1, .. calm, 2, .. low, 0], _tokenizer.Encode("<s>calm</s>low<unk>"));
        Assert.Equal("calm low", _tokenizer.Decode([1, .. calm, 2, .. low, 0]));
    }

    [Fact]
    public void No_mark_is_added_to_a_text()
    {
        Assert.Empty(_tokenizer.Encode(""));
        Assert.DoesNotContain(_tokenizer.Encode("the voice"), id => id < 3);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(300)]
    public void An_id_outside_the_vocabulary_is_refused(int id) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _tokenizer.Decode([id]));

    [Fact]
    public void Bytes_that_are_no_character_become_a_replacement() =>
        Assert.Equal("\uFFFDthe", _tokenizer.Decode([3 + 0xC3, .. _tokenizer.Encode("the")]).Replace(" ", ""));

    [Fact]
    public void Several_threads_may_encode_at_once()
    {
        string[] texts = [.. Enumerable.Range(0, 200).Select(number => $"clip {number}: the voice is calm <s> 灯")];
        int[][] expected = [.. texts.Select(_tokenizer.Encode)];
        var encoded = new int[texts.Length][];

        Parallel.For(0, texts.Length, index => encoded[index] = _tokenizer.Encode(texts[index]));

        Assert.Equal(expected, encoded);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var path = _folder["absent.model"];

        var error = Assert.Throws<InputException>(() => LlamaTextTokenizer.Open(path));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("no such tokenizer file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_file_is_called_corrupt()
    {
        var bytes = SentencePieceModelWriter.Serialize(_model);

        Assert.Contains("corrupt", Refusal(bytes.AsSpan(0, bytes.Length / 2)), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_bytes_are_damaged_the_file_opens_or_is_refused()
    {
        var whole = SentencePieceModelWriter.Serialize(_model);
        var random = new Random(1);
        for (var trial = 0; trial < 300; trial++)
        {
            var damaged = (byte[])whole.Clone();
            for (var change = 0; change <= trial % 3; change++)
                damaged[^random.Next(1, trial % 2 == 0 ? 40 : whole.Length)] = (byte)random.Next(256);
            var path = _folder.Write("damaged.model", damaged);

            var error = Record.Exception(() => LlamaTextTokenizer.Open(path).Encode("the voice <s> 灯"));

            Assert.True(error is null or InputException, $"trial {trial}: {error}");
        }
    }

    [Fact]
    public void A_file_of_another_kind_is_refused()
    {
        Assert.Contains("not a SentencePiece model", Refusal("{\"version\": \"1.0\"}"u8), StringComparison.Ordinal);
        Assert.Contains("not a SentencePiece model", Refusal([]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_not_of_Llamas_kind_is_refused_with_the_reason()
    {
        Assert.Contains("Unigram", Refusal(_model with { Algorithm = SentencePieceAlgorithm.Unigram }),
            StringComparison.Ordinal);
        Assert.Contains("nmt_nfkc", Refusal(_model with { Normalizer = "nmt_nfkc" }), StringComparison.Ordinal);
        Assert.Contains("spaces", Refusal(_model with { RemovesExtraSpaces = true }), StringComparison.Ordinal);
        Assert.Contains("spaces", Refusal(_model with { SpacesFollowWords = true }), StringComparison.Ordinal);
        Assert.Contains("end mark", Refusal(_model with { EndId = -1 }), StringComparison.Ordinal);
        Assert.Contains("'the' occurs twice", Refusal(_model with
        {
            Pieces = [.. _model.Pieces, new("the", -500, SentencePieceKind.Normal),
                new("the", -501, SentencePieceKind.Normal)],
        }), StringComparison.Ordinal);
    }

    [Fact]
    public void Marks_may_have_other_ids()
    {
        var moved = Open(_model with
        {
            Pieces = [_model.Pieces[1], _model.Pieces[2], _model.Pieces[0], .. _model.Pieces.Skip(3)],
            BeginId = 0,
            EndId = 1,
            UnknownId = 2,
        });

        Assert.Equal((2, 0, 1), (moved.UnknownId, moved.BeginId, moved.EndId));
        Assert.Equal([0, 1, 2], moved.Encode("<s></s><unk>"));
        Assert.Equal("calm 灯", moved.Decode(moved.Encode("<s>calm 灯</s>")));
    }

    private LlamaTextTokenizer Open(SentencePieceModel model)
    {
        SentencePieceModelWriter.Write(model, _folder["tokenizer.model"]);
        return LlamaTextTokenizer.Open(_folder["tokenizer.model"]);
    }

    private string Refusal(SentencePieceModel model) => Refusal(SentencePieceModelWriter.Serialize(model));

    private string Refusal(ReadOnlySpan<byte> bytes)
    {
        var path = _folder.Write("refused.model", bytes.ToArray());
        var message = Assert.Throws<InputException>(() => LlamaTextTokenizer.Open(path)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
