using EmotionLlama.Configuration;
using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Datasets;

public sealed class LabelSchemesTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(LabelScheme.Merr, "neutral angry happy sad worried surprise fear contempt doubt")]
    [InlineData(LabelScheme.Mer2023, "neutral angry happy sad worried surprise")]
    [InlineData(LabelScheme.Mer2024, "neutral angry happy sad worried surprise")]
    [InlineData(LabelScheme.Dfew, "happy sad neutral angry surprise disgust fear")]
    public void Each_test_set_has_its_labels(LabelScheme scheme, string labels)
    {
        Assert.Equal(labels.Split(' '), scheme.Labels().Select(label => label.ToText()));
        Assert.All(scheme.Labels(), label => Assert.Equal(label, scheme.Parse(label.ToText())));
    }

    [Theory]
    [InlineData(LabelScheme.Mer2023, "anger", Emotion.Angry)]
    [InlineData(LabelScheme.Mer2023, "Worry", Emotion.Worried)]
    [InlineData(LabelScheme.Mer2024, "happiness", Emotion.Happy)]
    [InlineData(LabelScheme.Dfew, "Sadness", Emotion.Sad)]
    [InlineData(LabelScheme.Dfew, "DISGUST", Emotion.Disgust)]
    public void Word_forms_are_labels_too(LabelScheme scheme, string word, Emotion label) =>
        Assert.Equal(label, scheme.Parse(word));

    [Theory]
    [InlineData(LabelScheme.Mer2023, "fear")]
    [InlineData(LabelScheme.Merr, "disgust")]
    [InlineData(LabelScheme.Dfew, "contempt")]
    [InlineData(LabelScheme.Dfew, "joy")]
    public void A_word_of_another_test_set_is_none(LabelScheme scheme, string word) =>
        Assert.Throws<InputException>(() => scheme.Parse(word));

    [Fact]
    public void A_test_file_may_leave_the_valence_out_and_write_labels_in_other_forms()
    {
        File.WriteAllText(_path, "a 12 anger\nb 0 disgust -3\na 12 happiness\n");

        Assert.Equal(
            [
                new ClipAnnotation("a", 12, Emotion.Angry, 0), new ClipAnnotation("b", 0, Emotion.Disgust, -3),
                new ClipAnnotation("a", 12, Emotion.Happy, 0),
            ],
            AnnotationFile.Read(_path, LabelScheme.Dfew));
    }

    [Fact]
    public void A_label_of_another_test_set_is_named_with_its_line_and_the_key_to_set()
    {
        File.WriteAllText(_path, "a 12 anger\nb 9 fear\n");

        var error = Assert.Throws<InputException>(() => AnnotationFile.Read(_path, LabelScheme.Mer2024));

        Assert.Equal(
            $"{_path}:2: unknown emotion 'fear'; did you mean 'sad'? The labels are neutral, angry, happy, sad, worried,"
            + " surprise of 'mer2024' (evaluation_datasets.*.labels)",
            error.Message);
    }

    [Fact]
    public void The_nine_labels_of_MERR_have_no_disgust()
    {
        Assert.Equal(9, EmotionNames.All.Count);
        Assert.DoesNotContain("disgust", EmotionNames.All);
        Assert.Equal("disgust", Emotion.Disgust.ToText());
    }
}
