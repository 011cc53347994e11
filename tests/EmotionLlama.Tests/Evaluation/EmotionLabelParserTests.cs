using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;

namespace EmotionLlama.Tests.Evaluation;

public sealed class EmotionLabelParserTests
{
    [Theory]
    [InlineData("neutral", Emotion.Neutral)]
    [InlineData("angry", Emotion.Angry)]
    [InlineData("happy", Emotion.Happy)]
    [InlineData("sad", Emotion.Sad)]
    [InlineData("worried", Emotion.Worried)]
    [InlineData("surprise", Emotion.Surprise)]
    [InlineData("fear", Emotion.Fear)]
    [InlineData("contempt", Emotion.Contempt)]
    [InlineData("doubt", Emotion.Doubt)]
    [InlineData("disgust", Emotion.Disgust)]
    public void A_label_alone_is_that_label(string answer, Emotion expected)
    {
        Assert.Equal(expected, EmotionLabelParser.Parse(answer));
        Assert.Equal(expected, EmotionLabelParser.Parse($"The emotion is {answer.ToUpperInvariant()}."));
    }

    [Fact]
    public void Every_label_names_itself()
    {
        Assert.All(
            Enum.GetValues<Emotion>(), label => Assert.Equal(label, EmotionLabelParser.Parse($"It is {label}")));
    }

    [Theory]
    [InlineData("She stays calm.", Emotion.Neutral)]
    [InlineData("He is furious.", Emotion.Angry)]
    [InlineData("Pure joy; a joyful moment.", Emotion.Happy)]
    [InlineData("A feeling of sadness.", Emotion.Sad)]
    [InlineData("She is anxious about it.", Emotion.Worried)]
    [InlineData("He is astonished.", Emotion.Surprise)]
    [InlineData("She is scared and afraid.", Emotion.Fear)]
    [InlineData("He is full of disdain.", Emotion.Contempt)]
    [InlineData("She remains skeptical, or sceptical.", Emotion.Doubt)]
    [InlineData("It is plain revulsion, he is disgusted.", Emotion.Disgust)]
    public void Word_forms_and_close_synonyms_count(string answer, Emotion expected)
    {
        Assert.Equal(expected, EmotionLabelParser.Parse(answer));
    }

    [Theory]
    [InlineData("")]
    [InlineData("The person speaks.")]
    [InlineData("Sadie's madness for the sadhu")]
    public void No_label_word_is_no_label(string answer)
    {
        Assert.Null(EmotionLabelParser.Parse(answer));
    }

    [Fact]
    public void Clues_come_first_and_the_conclusion_last()
    {
        const string Answer = "The raised inner brow (AU1) looks like fear at first, yet the loud voice and the sharp "
            + "words speak of anger. All in all, the person is surprised.";

        Assert.Equal(Emotion.Surprise, EmotionLabelParser.Parse(Answer));
    }

    [Theory]
    [InlineData("The person is sad, not happy.", Emotion.Sad)]
    [InlineData("The person is angry and isn't happy.", Emotion.Angry)]
    [InlineData("The person is angry and isn’t happy.", Emotion.Angry)]
    [InlineData("A worried person, neither happy nor sad.", Emotion.Worried)]
    [InlineData("Worried, without any sign of fear.", Emotion.Worried)]
    [InlineData("Contempt rather than anger.", Emotion.Contempt)]
    [InlineData("Surprise instead of simple joy.", Emotion.Surprise)]
    [InlineData("Fear. He does not look happy or surprised.", Emotion.Fear)]
    [InlineData("There is no doubt.", null)]
    public void A_negated_word_is_skipped(string answer, Emotion? expected)
    {
        Assert.Equal(expected, EmotionLabelParser.Parse(answer));
    }

    [Theory]
    [InlineData("She is not happy but sad.", Emotion.Sad)]
    [InlineData("He does not smile, so he is sad.", Emotion.Sad)]
    [InlineData("He is not smiling and feels angry.", Emotion.Angry)]
    [InlineData("No doubt, the person is angry.", Emotion.Angry)]
    [InlineData("He wasn't told anything about the whole plan, hence surprise.", Emotion.Surprise)]
    public void A_negation_ends_with_its_thought(string answer, Emotion expected)
    {
        Assert.Equal(expected, EmotionLabelParser.Parse(answer));
    }

    [Theory]
    [InlineData("She is not only angry.", Emotion.Angry)]
    [InlineData("He cannot hide his joy.", Emotion.Happy)]
    [InlineData("She can't conceal her fear.", Emotion.Fear)]
    public void Not_only_and_cannot_hide_deny_nothing(string answer, Emotion expected)
    {
        Assert.Equal(expected, EmotionLabelParser.Parse(answer));
    }

    [Theory]
    [InlineData("The person is worried, judging by the calm voice.", Emotion.Worried)]
    [InlineData("Anger, behind a happy face and happy words", Emotion.Angry)]
    [InlineData("We hear a sad voice.", Emotion.Sad)]
    public void A_word_that_describes_a_clue_counts_only_where_nothing_else_does(string answer, Emotion expected)
    {
        Assert.Equal(expected, EmotionLabelParser.Parse(answer));
    }

    [Fact]
    public void A_caption_without_capitals_and_punctuation_is_understood()
    {
        const string Answer = "the lowered brow au4 and the loud voice are not those of a happy person and the sharp "
            + "words show that the person is angry";

        Assert.Equal(Emotion.Angry, EmotionLabelParser.Parse(Answer));
    }

    [Fact]
    public void Mentions_say_where_they_are_and_what_they_mean()
    {
        const string Text = "İ: a calm voice, not happy: Worried";

        var mentions = EmotionLabelParser.FindMentions(Text);

        Assert.Equal(["calm", "happy", "Worried"], mentions.Select(at => Text.Substring(at.Start, at.Length)));
        Assert.Equal([true, false, false], mentions.Select(at => at.Describes));
        Assert.Equal([false, true, false], mentions.Select(at => at.Negated));
    }
}
