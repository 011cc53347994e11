using EmotionLlama.World;

namespace EmotionLlama.Tests.World;

public sealed class SpokenLinesTests
{
    [Fact]
    public void Good_and_bad_news_share_no_line_and_no_topic()
    {
        Assert.Empty(Texts(WordsCue.Pleasant).Intersect(Texts(WordsCue.Unpleasant)));
        Assert.Empty(SpokenLines.Gists(WordsCue.Pleasant).Intersect(SpokenLines.Gists(WordsCue.Unpleasant)));
    }

    [Theory]
    [InlineData(WordsCue.Pleasant)]
    [InlineData(WordsCue.Unpleasant)]
    public void There_are_many_different_lines(WordsCue words)
    {
        Assert.True(SpokenLines.Gists(words).Count() >= 12);
        Assert.True(Texts(words).Distinct().Count() >= 100);
        Assert.Equal(Texts(words).Distinct().Count(), Texts(words).Count());
    }

    [Theory]
    [InlineData(WordsCue.Pleasant)]
    [InlineData(WordsCue.Unpleasant)]
    public void Lines_are_short_plain_sentences(WordsCue words) => Assert.All(Texts(words), text =>
    {
        Assert.Matches("^[A-Z][a-z]*( [A-Za-z]+)+[.!?]$", text);
        Assert.InRange(text.Split(' ').Length, 4, 11);
    });

    [Fact]
    public void Both_sides_use_the_same_nouns()
    {
        foreach (var noun in new[] { "tennis match", "brother", "old violin", "driving test", "harbour" })
        {
            Assert.Contains(Texts(WordsCue.Pleasant), text => text.Contains(noun, StringComparison.Ordinal));
            Assert.Contains(Texts(WordsCue.Unpleasant), text => text.Contains(noun, StringComparison.Ordinal));
        }
    }

    private static IEnumerable<string> Texts(WordsCue words) => SpokenLines.All(words).Select(line => line.Text);
}
