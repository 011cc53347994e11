using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Tests.Datasets;
using EmotionLlama.Workflows;

namespace EmotionLlama.Tests.Workflows;

public sealed class EvaluationSetTests : IDisposable
{
    private readonly MerrFolder _clips = new("happy", "sad", "angry");
    private readonly TemporaryFolder _elsewhere = new();

    public void Dispose()
    {
        _clips.Dispose();
        _elsewhere.Dispose();
    }

    [Fact]
    public void As_in_the_original_an_entry_without_build_info_finds_its_files_beside_the_test_file()
    {
        var clips = Open("feature_face_caption", ("feature_face_caption", new DatasetRecipe()));

        using var sample = clips.Read(1, 0, SampleUse.Testing);
        Assert.Equal(("clip_1", Emotion.Sad, "emotion"), (sample.Name, sample.Emotion, sample.Task));
        Assert.Contains("Line 1, spoken", sample.Instruction, StringComparison.Ordinal);
    }

    [Fact]
    public void As_in_the_original_a_test_set_without_an_entry_is_read_as_the_first_entry_says()
    {
        var reading = new DatasetRecipe
        {
            TaskPool = new Dictionary<string, double> { ["reason"] = 1 },
            BuildInfo = new BuildInfoRecipe { TranscriptionPath = _elsewhere["other.csv"], FeaturePath = _elsewhere.Location },
        };

        var clips = Open("mer2024_caption", ("feature_face_caption", reading));

        using var sample = clips.Read(0, 0, SampleUse.Testing);
        Assert.Equal("reason", sample.Task);
    }

    [Fact]
    public void Without_any_entry_the_defaults_do()
    {
        using var sample = Open("dfew").Read(0, 0, SampleUse.Testing);

        Assert.Equal("emotion", sample.Task);
    }

    [Fact]
    public void What_its_own_entry_names_is_taken()
    {
        Transcripts.Write(_elsewhere["own.csv"], [("clip_0", "My own line")]);
        var own = new DatasetRecipe { BuildInfo = new BuildInfoRecipe { TranscriptionPath = _elsewhere["own.csv"] } };

        using var sample = Open("clips", ("clips", own)).Read(0, 0, SampleUse.Testing);

        Assert.Contains("My own line", sample.Instruction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_file_that_lies_elsewhere_finds_the_files_of_the_training_data()
    {
        var test = _elsewhere["test.txt"];
        File.WriteAllText(test, "clip_2 30 angry\n");

        using var sample = Open(test, "test", ("clips", _clips.Recipe)).Read(0, 0, SampleUse.Testing);

        Assert.Contains("Line 2, spoken", sample.Instruction, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_nowhere_is_named_beside_the_test_file()
    {
        var test = _elsewhere["test.txt"];
        File.WriteAllText(test, "clip_2 30 angry\n");

        var error = Assert.Throws<InputException>(() => Open(test, "test"));

        Assert.StartsWith(_elsewhere["transcription_en_all.csv"], error.Message, StringComparison.Ordinal);
    }

    private MerrDataset Open(string name, params (string Name, DatasetRecipe Reading)[] datasets) =>
        Open(_clips.PathOf("annotations.txt"), name, datasets);

    private MerrDataset Open(string testFile, string name, params (string Name, DatasetRecipe Reading)[] datasets) =>
        new EvaluationSet(name, new Recipe
        {
            Model = new ModelRecipe { ImageSize = MerrFolder.ImageSize },
            Datasets = datasets.ToDictionary(entry => entry.Name, entry => entry.Reading),
            EvaluationDatasets = new Dictionary<string, EvaluationDatasetRecipe>
            {
                [name] = new() { EvalFilePath = testFile, ImgPath = _clips.PathOf("frames") },
            },
        }).Open();
}
