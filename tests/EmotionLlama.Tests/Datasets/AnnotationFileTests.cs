using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Datasets;

public sealed class AnnotationFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Every_line_is_a_clip_and_blank_lines_are_not()
    {
        var clips = Read("a 72 happy 2.5\n\n   \nb\t0\tneutral\t-10  \r\n");

        Assert.Equal(
            [new ClipAnnotation("a", 72, Emotion.Happy, 2.5), new ClipAnnotation("b", 0, Emotion.Neutral, -10)], clips);
    }

    [Theory]
    [InlineData("a 1 happy 0\nb 2 sad\n", ":2: expected 'name frames emotion valence', got 'b 2 sad'")]
    [InlineData("two words 1 happy 0\n", ":1: expected 'name frames emotion valence', got 'two words 1 happy 0'")]
    [InlineData("a many happy 0\n", ":1: 'many' is not a number of frames")]
    [InlineData("a -1 happy 0\n", ":1: '-1' is not a number of frames")]
    [InlineData("a 1 happy high\n", ":1: 'high' is not a valence")]
    [InlineData("\n\n", ": names no clip")]
    public void A_faulty_line_is_named(string text, string message)
    {
        var error = Assert.Throws<InputException>(() => Read(text));

        Assert.StartsWith(_path + message, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void An_unknown_emotion_lists_the_nine_labels_and_the_nearest()
    {
        var error = Assert.Throws<InputException>(() => Read("a 1 happy 0\nb 1 suprised 0\n"));

        Assert.Equal(
            $"{_path}:2: unknown emotion 'suprised'; did you mean 'surprise'? The labels are neutral, angry, happy,"
            + " sad, worried, surprise, fear, contempt, doubt",
            error.Message);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<InputException>(() => AnnotationFile.Read(_path + ".txt"));

        Assert.Equal($"{_path}.txt: no such file; check the path", error.Message);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        ClipAnnotation[] clips = [new("a", 3, Emotion.Doubt, -0.25), new("b", 0, Emotion.Fear, 0)];

        AnnotationFile.Write(_path, clips);

        Assert.Equal(clips, AnnotationFile.Read(_path));
    }

    [Fact]
    public void Emotions_and_their_words_are_one_to_one()
    {
        Assert.Equal(
            ["neutral", "angry", "happy", "sad", "worried", "surprise", "fear", "contempt", "doubt"], EmotionNames.All);
        Assert.All(Enum.GetValues<Emotion>(), emotion => Assert.Equal(emotion, EmotionNames.Parse(emotion.ToText())));
        Assert.Equal(Emotion.Worried, EmotionNames.Parse("Worried"));
        Assert.False(EmotionNames.TryParse("joy", out _));
    }

    private IReadOnlyList<ClipAnnotation> Read(string text)
    {
        File.WriteAllText(_path, text);
        return AnnotationFile.Read(_path);
    }
}
