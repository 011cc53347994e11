using EmotionLlama.Endpoints;

namespace EmotionLlama.Tests.Endpoints;

public sealed class TokenEstimateTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("eight!!!", 2)]
    [InlineData("悲伤。", 2)]
    [InlineData("悲伤。sad!", 3)]
    public void Chinese_has_more_tokens_to_a_character(string text, long tokens) =>
        Assert.Equal(tokens, TokenEstimate.OfText(text));
}
