using EmotionLlama.Evaluation.Diagnosing;

namespace EmotionLlama.Tests.Evaluation.Diagnosing;

public sealed class AnswerTextsTests
{
    [Theory]
    [InlineData("The brow's low, LOW!", "the brow's low low")]
    [InlineData("AU04 and AU12", "au04 and au12")]
    [InlineData("他皱眉 angry", "他 皱 眉 angry")]
    [InlineData(" … ", "")]
    public void Words_are_runs_of_letters_and_digits_and_chinese_characters(string text, string words) =>
        Assert.Equal(words, string.Join(' ', AnswerTexts.Words(text)));

    [Fact]
    public void Distinct_counts_the_n_grams_of_all_texts_together()
    {
        string[][] texts = [["a", "b", "a"], ["a", "b"], ["c"]];

        // a b a a b c; a-b b-a a-b.
        Assert.Equal(3 / 6.0, AnswerTexts.Distinct(texts, length: 1));
        Assert.Equal(2 / 3.0, AnswerTexts.Distinct(texts, length: 2));
        Assert.Equal(0, AnswerTexts.Distinct([[], ["a"]], length: 2));
    }

    [Fact]
    public void Answers_are_measured_beside_their_annotations()
    {
        var texts = AnswerTexts.Measure(
            [("sad", "The brow is low, so sad."), ("a low brow", "The brow is raised."), ("sad", "happy")],
            text => text.Contains("brow", StringComparison.Ordinal));

        // The third annotation has no clue that its answer could lack.
        Assert.Equal(0.5, texts.WithoutClue);
        Assert.Equal(5 / 3.0, texts.Words);
        Assert.Equal(11 / 3.0, texts.ExpectedWords);
        Assert.Equal(4 / 5.0, texts.Distinct1);
        Assert.Equal(1, texts.Distinct2);
        Assert.Equal(8 / 11.0, texts.ExpectedDistinct1);
        Assert.Equal(6 / 8.0, texts.ExpectedDistinct2);
    }

    [Fact]
    public void Without_clues_in_the_annotations_none_is_missed() =>
        Assert.Null(AnswerTexts.Measure([("a", "b")], _ => false).WithoutClue);
}
