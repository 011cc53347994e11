using EmotionLlama.Evaluation;

namespace EmotionLlama.Tests.Evaluation;

public sealed class ClauseWordsTests
{
    [Fact]
    public void Words_and_marks_keep_their_places()
    {
        const string Text = "She DOESN’T smile, (AU12) yet.";

        var words = ClauseWords.Split(Text);

        Assert.Equal(["she", "doesn't", "smile", ",", "(", "au", ")", "yet", "."], TextsOf(words));
        Assert.Equal(Text.IndexOf("smile", StringComparison.Ordinal), words[2].Start);
        Assert.Equal([3, 4, 6, 8], Enumerable.Range(0, words.Count).Where(index => words[index].IsBreak));
    }

    [Theory]
    [InlineData("not loud", true)]
    [InlineData("isn't really all that loud", true)]
    [InlineData("no longer than a moment of it loud", false)]
    [InlineData("not soft, loud", false)]
    [InlineData("not soft but loud", false)]
    [InlineData("not only loud", false)]
    [InlineData("cannot hide how loud", false)]
    [InlineData("rather than loud", true)]
    [InlineData("without a loud", true)]
    public void A_negation_reaches_five_words_of_the_same_thought(string text, bool negated)
    {
        var words = ClauseWords.Split(text);

        Assert.Equal(negated, words.IsNegated(words.Count - 1));
    }

    private static IEnumerable<string> TextsOf(ClauseWords words) =>
        Enumerable.Range(0, words.Count).Select(index => words[index].Text);
}
