using System.Text.Json;
using EmotionLlama.Tokenization;

namespace EmotionLlama.Tests.Tokenization;

/// <summary>The reference tokenizer's own answers.</summary>
public sealed class TokenizerReferenceTests
{
    [Fact]
    public void Ids_and_decoded_text_equal_the_reference()
    {
        var tokenizer = LlamaTextTokenizer.Open(SharedData.Require("parity", "tokenizer.model"));
        using var cases = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("parity", "tokenizer_cases.json")));

        Assert.NotEmpty(cases.RootElement.EnumerateArray());
        foreach (var expected in cases.RootElement.EnumerateArray())
        {
            var text = expected.GetProperty("text").GetString()!;
            int[] ids = [.. expected.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];

            Assert.Equal(ids, tokenizer.Encode(text));
            Assert.Equal(expected.GetProperty("decoded").GetString(), tokenizer.Decode(ids));
        }
    }

    [Fact]
    public void The_reference_model_has_the_ids_of_Llama()
    {
        var tokenizer = LlamaTextTokenizer.Open(SharedData.Require("parity", "tokenizer.model"));

        Assert.Equal(700, tokenizer.VocabularySize);
        Assert.Equal((0, 1, 2), (tokenizer.UnknownId, tokenizer.BeginId, tokenizer.EndId));
    }
}
