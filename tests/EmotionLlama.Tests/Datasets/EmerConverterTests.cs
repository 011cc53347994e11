using EmotionLlama.Configuration;
using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Datasets;

public sealed class EmerConverterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("emer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Rows_become_MERR_files()
    {
        var conversion = Convert(
            "names,emotions,subtitles,reasons\n"
            + "a,angry,\"Don't, \"\"you\"\"!\",\"He shouts,\nso he is angry.\"\n"
            + "b,\"grateful, happy\",,She smiles.\n"
            + "c,smug,Well.,He smirks.\n",
            heldOut: 1);

        Assert.Equal((2, 1), (conversion.TrainingClips, conversion.HeldOutClips));
        Assert.Equal(["b"], conversion.WithoutSubtitle);
        Assert.Equal(["c"], conversion.Unmapped);
        Assert.Equal((1, 1, 1), (conversion.Labels["angry"], conversion.Labels["happy"], conversion.Labels["neutral"]));
        Assert.Equal(["a 0 angry 0", "b 0 happy 0"], File.ReadAllLines(conversion.TrainingFile));
        Assert.Equal(["c 0 neutral 0"], File.ReadAllLines(conversion.HeldOutFile!));
        Assert.Equal("Don't, \"you\"!", Transcripts.Read(Path.Combine(_folder, "transcription_en_all.csv"))["a"]);
        var captions = CaptionFile.Read(
            Path.Combine(_folder, "MERR_fine_grained.json"), ["smp_reason_caption", "pseu_emotion", "text", "AU_list"]);
        Assert.Equal("He shouts,\nso he is angry.", captions.Find("a", "smp_reason_caption"));
        Assert.Equal("smug", captions.Find("c", "pseu_emotion"));
        Assert.Equal("", captions.Find("b", "text"));
        Assert.Equal("", captions.Find("b", "AU_list"));
    }

    [Fact]
    public void Without_rows_held_out_there_is_one_annotation_file()
    {
        var conversion = Convert("names,emotions,subtitles,reasons\na,sad,x,y\n", heldOut: 0);

        Assert.Null(conversion.HeldOutFile);
        Assert.Equal(1, conversion.TrainingClips);
        Assert.False(File.Exists(Path.Combine(_folder, "held_out.txt")));
    }

    [Theory]
    [InlineData("name,chinese,english\na,b,c\n", ":1: has no column 'names'; its columns are name,chinese,english")]
    [InlineData("names,emotions,subtitles,reasons\na,sad,x,y\na,sad,x,y\n", ": row 2: 'a' has a row already")]
    [InlineData("names,emotions,subtitles,reasons\na b,sad,x,y\n", ": row 1: 'a b' is not a name of a clip")]
    [InlineData("names,emotions,subtitles,reasons\na,sad,x,y\n", ": has 1 rows; holding out 1 leaves none to train on")]
    public void A_faulty_file_is_named(string csv, string message)
    {
        var error = Assert.Throws<InputException>(() => Convert(csv, heldOut: 1));

        Assert.StartsWith(Path.Combine(_folder, "emer.csv") + message, error.Message);
    }

    [Theory]
    [InlineData("angry", Emotion.Angry)]
    [InlineData("Surprised, happy", Emotion.Surprise)]
    [InlineData("a mixture of sadness/fear", Emotion.Sad)]
    [InlineData("bored", null)]
    [InlineData("", null)]
    public void The_first_word_that_stands_for_a_label_decides(string words, Emotion? label) =>
        Assert.Equal(label, EmotionWords.FindLabel(words));

    [Fact]
    public void The_human_written_rows_pass_the_data_report()
    {
        var conversion = EmerConverter.Convert(SharedData.Require("data", "emer", "emer-v1-english.csv"), _folder, 20);
        var dataset = MerrDataset.Open(
            "emer",
            new DatasetRecipe
            {
                BuildInfo = new BuildInfoRecipe { AnnPath = conversion.TrainingFile },
                TaskPool = new Dictionary<string, double> { ["reason_v2"] = 1 },
                Withhold = ["face", "voice"],
            },
            imageSize: 8);
        var report = DataReportBuilder.Build(
            dataset, text => text.Split(' ').Length, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal((80, 20, 80), (conversion.TrainingClips, conversion.HeldOutClips, report.Clips));
        Assert.Equal(7, conversion.WithoutSubtitle.Count);
        Assert.Empty(conversion.Unmapped);
        Assert.Equal([36, 32, 17, 11, 4], conversion.Labels.Values.Where(count => count > 0).OrderDescending());
        var trained = Enumerable.Range(0, dataset.Count).Select(index => dataset[index].Name).ToHashSet();
        Assert.Equal(conversion.WithoutSubtitle.Where(trained.Contains), report.WithEmptyTranscript);
        Assert.Empty(report.UnreadableClips);
        Assert.Empty(report.Tasks[0].Refusals);
        Assert.Equal(80, report.Tasks[0].AnswerTokens.Count);
    }

    private EmerConversion Convert(string csv, int heldOut)
    {
        var path = Path.Combine(_folder, "emer.csv");
        File.WriteAllText(path, csv);
        return EmerConverter.Convert(path, _folder, heldOut);
    }
}
