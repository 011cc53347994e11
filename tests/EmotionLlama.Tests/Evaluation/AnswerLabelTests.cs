using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;

namespace EmotionLlama.Tests.Evaluation;

public sealed class AnswerLabelTests
{
    [Theory]
    [InlineData("I'm sorry, but I cannot tell whether the person is happy or sad.")]
    [InlineData("As an AI language model, I have no access to the video. It may show anger.")]
    [InlineData("Unfortunately, I am unable to determine the emotion: happy, sad, neutral, angry.")]
    [InlineData("The video is dark. I cannot see the face.")]
    public void A_refusal_names_nothing(string answer) =>
        Assert.Equal(new AnswerLabel(null, IsRefusal: true), AnswerLabel.Read(answer));

    [Theory]
    [InlineData("The person says: I can't believe it! The wide eyes show surprise.", Emotion.Surprise)]
    [InlineData("happy", Emotion.Happy)]
    [InlineData("He mutters. I am sorry, he says, and looks sad.", Emotion.Sad)]
    public void What_the_person_says_is_no_refusal(string answer, Emotion expected) =>
        Assert.Equal(new AnswerLabel(expected, IsRefusal: false), AnswerLabel.Read(answer));

    [Fact]
    public void An_answer_without_a_label_is_not_a_refusal() =>
        Assert.Equal(new AnswerLabel(null, IsRefusal: false), AnswerLabel.Read("The person speaks about thanks."));
}
