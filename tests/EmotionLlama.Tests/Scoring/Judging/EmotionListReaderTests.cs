using EmotionLlama.Endpoints;
using EmotionLlama.Scoring.Judging;

namespace EmotionLlama.Tests.Scoring.Judging;

public sealed class EmotionListReaderTests
{
    [Theory]
    [InlineData("""{"emotions": ["sad", "slightly angry"]}""", "sad|slightly angry")]
    [InlineData("""{"emotions": "sad, angry"}""", "sad|angry")]
    [InlineData("""{"情绪": ["焦虑", "悲伤"]}""", "焦虑|悲伤")]
    [InlineData("```json\n[\"sad\", \"Sad\", \"angry\"]\n```", "sad|angry")]
    [InlineData("<think>sad or angry?</think>\n{\"emotions\": [\"sad\"]} Good luck!", "sad")]
    [InlineData("sad, angry.", "sad|angry")]
    [InlineData("Emotions: sad; angry", "sad|angry")]
    [InlineData("The emotions are:\n- sad\n- self-conscious\n", "sad|self-conscious")]
    [InlineData("1. sad\n2. angry", "sad|angry")]
    [InlineData("输出结果：焦虑、悲伤", "焦虑|悲伤")]
    [InlineData("""{"emotions": []}""", "")]
    [InlineData("none", "")]
    [InlineData("""{"emotions": ["unknown"]}""", "")]
    [InlineData("Emotions: mildly sad, angry", "mildly sad|angry")]
    public void Emotions_are_read_however_they_are_written(string answer, string emotions) =>
        Assert.Equal(emotions, string.Join('|', EmotionListReader.Read(answer)));

    [Theory]
    [InlineData("")]
    [InlineData("```\n```")]
    [InlineData("I cannot tell.")]
    [InlineData("He looks happy although he is in truth worried about it.")]
    [InlineData("7")]
    [InlineData("no idea")]
    [InlineData("happy but worried")]
    [InlineData("人物看上去开心其实很担忧")]
    [InlineData("{\"emotions\": [\"sad\"]} or {\"emotions\": [\"angry\"]}")]
    [InlineData("{\"feeling\": \"sad\"}")]
    [InlineData("{\"emotions\": [\"He is sad because he lost a friend\"]}")]
    public void What_is_no_list_of_emotions_is_refused(string answer) =>
        Assert.Throws<UnreadableAnswerException>(() => EmotionListReader.Read(answer));
}
