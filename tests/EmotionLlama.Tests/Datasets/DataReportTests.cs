using System.Text.Json;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Media;

namespace EmotionLlama.Tests.Datasets;

public sealed class DataReportTests : IDisposable
{
    private readonly MerrFolder _folder = new("happy", "sad", "happy", "fear");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sound_data_has_nothing_to_complain_about()
    {
        var report = Build(_folder.Recipe with
        {
            TaskPool = new Dictionary<string, double> { ["emotion"] = 1, ["reason_v2"] = 3 },
        });

        Assert.Equal(4, report.Clips);
        Assert.Equal([0, 0, 2, 1, 0, 0, 1, 0, 0], EmotionNames.All.Select(label => report.Labels[label]));
        Assert.Equal(["emotion", "reason_v2"], report.Tasks.Select(task => task.Task));
        Assert.Equal([0.25, 0.75], report.Tasks.Select(task => task.Probability));
        Assert.Equal(new LengthSummary(4, 4, 4, 4, 4, 4), report.Tasks[1].AnswerTokens);
        Assert.Empty(report.UnreadableClips);
        var prompt = report.PromptTokens.Median;
        Assert.Equal(
            [
                "faces: 4 clips",
                "  labels: happy 2, sad 1, fear 1",
                $"  prompts: {prompt} to {prompt} tokens, median {prompt}",
                "  task emotion (25 %): 4 answers, 2 to 2 tokens, median 2",
                "  task reason_v2 (75 %): 4 answers, 4 to 4 tokens, median 4",
                "  every clip can be read",
            ],
            report.ToText().Split('\n'));
    }

    [Fact]
    public void Prompts_are_measured_at_their_longest_instruction()
    {
        var pool = _folder.WriteLines("pool.yaml", "reason_v2: [Why, What is the reason for the feeling]");

        var report = Build(_folder.Recipe with { InstructionPool = pool });

        var longest = InstructionFormat.Compose("Line 0, spoken", "reason_v2", "What is the reason for the feeling");
        Assert.Equal(CountWords(longest), report.PromptTokens.Longest);
    }

    [Fact]
    public void Answers_are_measured_as_they_are_learned_and_long_ones_named()
    {
        _folder.WriteJson(
            "MERR_fine_grained.json",
            i => new { smp_reason_caption = string.Join(' ', Enumerable.Repeat("so", 5 * (i + 1))) });

        var task = Build(_folder.Recipe, new() { MaxAnswerTokens = 15 }).Tasks[0];

        Assert.Equal(new LengthSummary(4, 6, 11, 21, 21, 13.5), task.AnswerTokens);
        Assert.Equal(["clip_2", "clip_3"], task.Truncated);
    }

    [Fact]
    public void Faulty_captions_are_named()
    {
        string?[] captions = ["The same.", "I'm sorry, but I cannot name a person's emotion.", "The same.", " "];
        _folder.WriteJson("MERR_fine_grained.json", i => new { smp_reason_caption = captions[i] });
        _folder.WriteLines("annotations.txt", new[] { 0, 1, 2, 3, 9, 0 }.Select(i => $"clip_{i} 1 sad 0"));
        var recipe = _folder.Recipe with { Withhold = ["face", "voice", "words"] };

        var report = Build(recipe);

        var task = report.Tasks[0];
        Assert.Equal(["clip_9"], task.WithoutAnswer);
        Assert.Equal(["clip_3"], task.WithEmptyAnswer);
        Assert.Equal(["clip_1"], task.Refusals);
        Assert.Equal(["clip_0", "clip_2"], Assert.Single(task.SameAnswer));
        Assert.Equal(["clip_0"], report.AnnotatedTwice);
        Assert.Equal(["clip_9", "clip_3"], report.UnreadableClips);
        Assert.Contains("    refusing to answer: 1: clip_1\n", report.ToText());
        Assert.Contains("    groups with the same answer: 1: clip_0 = clip_2\n", report.ToText());
        Assert.EndsWith("  2 clips cannot be read for every task: a run stops there, or skips them", report.ToText());
    }

    [Fact]
    public void Missing_and_empty_transcripts_are_named()
    {
        _folder.WriteLines("transcription_en_all.csv", "name,sentence", "clip_0,x", "clip_1,", "clip_3,y", "clip_3,z");

        var report = Build(_folder.Recipe);

        Assert.Equal(["clip_2"], report.WithoutTranscript);
        Assert.Equal(["clip_1"], report.WithEmptyTranscript);
        Assert.Equal(["clip_3"], report.TranscribedTwice);
        Assert.Equal(["clip_2"], report.UnreadableClips);
    }

    [Fact]
    public void Missing_and_unreadable_files_are_named()
    {
        File.Delete(_folder.PathOf("frames", "clip_0.png"));
        var voice = _folder.PathOf("HL-UTT", "clip_1.npy");
        File.WriteAllBytes(voice, File.ReadAllBytes(voice)[..999]);
        NpyFile.Write(_folder.PathOf("mae_340_UTT", "clip_2.npy"), new float[768]);
        File.WriteAllText(_folder.PathOf("frames", "clip_3.png"), "not a picture");

        var found = Build(_folder.Recipe).FileProblems;
        var decoded = Build(_folder.Recipe, new() { DecodeFrames = true });

        Assert.Equal(["clip_0", "clip_1", "clip_2"], found.Select(problem => problem.Clip));
        Assert.Equal(["clip_0", "clip_1", "clip_2", "clip_3"], decoded.UnreadableClips);
        Assert.Contains("no frame clip_0.png", found[0].Problem);
        Assert.Contains("clip_1.npy: truncated", found[1].Problem);
        Assert.Contains("768", found[2].Problem);
        Assert.Contains("  missing or unreadable files: 4\n    clip_0: no frame", decoded.ToText());
    }

    [Fact]
    public void What_is_withheld_is_not_looked_for()
    {
        foreach (var folder in MerrFolder.FeatureFolders.Append("frames"))
            Directory.Delete(_folder.PathOf(folder), recursive: true);

        var report = Build(_folder.Recipe with { Withhold = ["face", "voice"] });

        Assert.Empty(report.FileProblems);
        Assert.Contains("  withheld: face, voice\n", report.ToText());
    }

    [Fact]
    public void Test_data_has_no_answers_to_miss()
    {
        File.Delete(_folder.PathOf("MERR_fine_grained.json"));

        var report = Build(_folder.Recipe with { Caption = CaptionUse.Empty });

        Assert.Equal(0, report.Tasks[0].AnswerTokens.Count);
        Assert.Empty(report.UnreadableClips);
    }

    [Fact]
    public void Long_lists_are_cut_short_in_the_text_only()
    {
        using var folder = new MerrFolder([.. Enumerable.Repeat("sad", 14)]);
        folder.WriteLines("transcription_en_all.csv", "name,sentence", "other,x");

        var report = Build(folder.Recipe);

        Assert.Equal(14, report.WithoutTranscript.Count);
        Assert.Contains("  without a transcript: 14: clip_0, clip_1, ", report.ToText());
        Assert.Contains("clip_9 … and 4 more\n", report.ToText());
    }

    [Fact]
    public void A_report_survives_JSON()
    {
        var report = Build(_folder.Recipe);

        var read = JsonSerializer.Deserialize<DataReport>(JsonSerializer.Serialize(report))!;

        Assert.Equal(report.ToText(), read.ToText());
    }

    [Theory]
    [InlineData("I cannot determine the emotion.", true)]
    [InlineData("I'm sorry, but I can't help with that.", true)]
    [InlineData("I’m unable to see the clip.", true)]
    [InlineData("I apologize, but there is no video.", true)]
    [InlineData("As an AI language model, I see no faces.", true)]
    [InlineData("The brows are low. Unfortunately, I cannot tell more.", true)]
    [InlineData("She says \"I'm sorry. I cannot stay\" in a low voice, which points to sadness.", false)]
    [InlineData("He whispers “I can't” and looks down.", false)]
    [InlineData("The brows are low and he cannot look up, so he is sad.", false)]
    [InlineData("As an aid to hearing, she leans forward.", false)]
    public void Refusals_are_told_from_speech(string caption, bool isRefusal) =>
        Assert.Equal(isRefusal, Refusal.Is(caption));

    private static DataReport Build(DatasetRecipe recipe, DataReportOptions? options = null) => DataReportBuilder.Build(
        MerrDataset.Open("faces", recipe, MerrFolder.ImageSize),
        CountWords,
        options,
        TestContext.Current.CancellationToken);

    private static int CountWords(string text) =>
        text.Replace("</s>", " </s>").Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
}
