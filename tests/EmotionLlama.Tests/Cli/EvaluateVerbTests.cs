using System.Text.Json;
using EmotionLlama.Datasets;
using EmotionLlama.Runtime;
using EmotionLlama.Tests.Workflows;

namespace EmotionLlama.Tests.Cli;

[Collection(SharedGenerator.Name)]
public sealed class EvaluateVerbTests(SmallWorld world) : IDisposable
{
    private readonly EvaluationFolder _folder = new(world);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_writes_predictions_in_the_order_of_the_test_file_and_scores_them()
    {
        var run = await _folder.EvaluateAsync();

        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(
            [
                "answers.log.jsonl", "confusion.svg", "metrics.json", "predictions.csv", "predictions.jsonl",
                "report.html",
            ],
            _folder.Results().Keys.Order(StringComparer.Ordinal));
        var clips = AnnotationFile.Read(_folder.TestFile);
        Assert.Equal(
            clips.Select(clip => clip.Name),
            CsvTable.Read(_folder.Result("predictions.csv"), "name", "reason", "label").Select(row => row[0]));
        Assert.Equal(
            clips.Select(clip => clip.Emotion.ToText()),
            File.ReadLines(_folder.Result("predictions.jsonl"))
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("label").GetString()));
        var metrics = Assert.Single(run.Json.GetProperty("datasets").EnumerateArray()).GetProperty("metrics");
        Assert.Equal(clips.Count, metrics.GetProperty("clips").GetInt32());
        Assert.All(["accuracy", "war", "uar", "waf"], key => Assert.InRange(metrics.GetProperty(key).GetDouble(), 0, 1));
        Assert.Equal("merr", metrics.GetProperty("labels").GetString());
        Assert.True(JsonElement.DeepEquals(
            metrics, JsonDocument.Parse(File.ReadAllText(_folder.Result("metrics.json"))).RootElement));
    }

    [Fact]
    public async Task Each_modality_withheld_is_a_pass_of_its_own_and_the_report_says_what_drives_the_labels()
    {
        var run = await _folder.EvaluateAsync("--withhold-each", "--format", "original");

        Assert.True(run.Code == 0, run.Error);
        var results = _folder.Results();
        foreach (var modality in (string[])["face", "voice", "words"])
        {
            Assert.StartsWith("names,chi_reasons\n", results[$"predictions_without_{modality}.csv"], StringComparison.Ordinal);
            Assert.Equal(7, results[$"answers_without_{modality}.log.jsonl"].Count(letter => letter == '\n'));
        }

        Assert.NotEqual(results["predictions.csv"], results["predictions_without_words.csv"]);
        Assert.StartsWith(
            "name,label,predicted,without_face,without_voice,without_words,driver\n", results["modalities.csv"],
            StringComparison.Ordinal);
        Assert.Contains("Which modality drives the label", results["report.html"], StringComparison.Ordinal);
        var overall = run.Json.GetProperty("datasets")[0].GetProperty("modalities").GetProperty("overall");
        Assert.Equal(6, overall.GetProperty("clips").GetInt32());
        Assert.Equal(
            ["face", "voice", "words"],
            overall.GetProperty("without").EnumerateArray().Select(effect => effect.GetProperty("modality").GetString()));
    }

    [Fact]
    public async Task Answers_made_otherwise_are_not_mixed_unless_told_to_start_anew()
    {
        Assert.Equal(0, (await _folder.EvaluateAsync()).Code);
        var results = _folder.Results();
        const string Changed = "evaluation_datasets.held_out.max_new_tokens=5";

        var refused = await _folder.EvaluateAsync("--options", Changed);

        Assert.Equal(2, refused.Code);
        Assert.Equal(
            $"{_folder.Result("answers.log.jsonl")}: was made with another "
            + "evaluation_datasets.held_out.max_new_tokens (24, now 5); add --restart to answer anew, or name another "
            + "run.save_path",
            refused.ErrorLine);
        Assert.Equal(results, _folder.Results());
        Assert.Equal(0, (await _folder.EvaluateAsync("--restart", "--options", Changed)).Code);
        Assert.NotEqual(results["predictions.csv"], _folder.Results()["predictions.csv"]);
    }

    [Fact]
    public async Task A_clip_that_the_test_file_names_twice_is_answered_twice_and_the_path_can_be_chosen()
    {
        var lines = File.ReadAllLines(_folder.TestFile);
        File.WriteAllLines(_folder.TestFile, [.. lines, lines[0], lines[2]]);

        var run = await _folder.EvaluateAsync("--options", $"run.save_path={_folder["elsewhere"]}");

        Assert.True(run.Code == 0, run.Error);
        var names = CsvTable.Read(_folder.Result("predictions.csv", "elsewhere"), "name").Select(row => row[0]);
        Assert.Equal([.. lines.Select(NameOf), NameOf(lines[0]), NameOf(lines[2])], names);

        static string NameOf(string line) => line.Split(' ')[0];
    }

    [Fact]
    public async Task Other_labels_are_scored_as_their_test_set_does()
    {
        var lines = File.ReadAllLines(_folder.TestFile).Select(line => line.Split(' ')[0]).ToList();
        string[] labels = ["happiness", "disgust", "anger", "fear", "sadness", "surprise"];
        File.WriteAllLines(_folder.TestFile, lines.Zip(labels, (name, label) => $"{name} 30 {label}"));

        var run = await _folder.EvaluateAsync("--options", "evaluation_datasets.held_out.labels=dfew");

        Assert.True(run.Code == 0, run.Error);
        var metrics = run.Json.GetProperty("datasets")[0].GetProperty("metrics");
        Assert.Equal(
            ["happy", "sad", "neutral", "angry", "surprise", "disgust", "fear"],
            metrics.GetProperty("classes").EnumerateArray().Select(row => row.GetProperty("emotion").GetString()));
        Assert.Equal(1, metrics.GetProperty("classes")[5].GetProperty("support").GetInt32());
    }

    [Fact]
    public async Task Clips_that_cannot_be_read_are_left_out_and_counted_where_the_recipe_says_so()
    {
        var clip = File.ReadLines(_folder.TestFile).First().Split(' ')[0];
        File.Delete(Path.Combine(_folder.Data, "HL-UTT", clip + ".npy"));

        var run = await _folder.EvaluateAsync("--options", "run.on_bad_sample=skip");

        Assert.True(run.Code == 0, run.Error);
        var metrics = run.Json.GetProperty("datasets")[0].GetProperty("metrics");
        Assert.Equal((5, 1), (metrics.GetProperty("clips").GetInt32(), metrics.GetProperty("unreadable").GetInt32()));
    }

    [Fact]
    public async Task People_get_the_progress_and_tables()
    {
        var run = await CliRun.Of("evaluate", "--withhold-each", "--cfg-path", _folder.Recipe);

        Assert.True(run.Code == 0, run.Error);
        foreach (var part in (string[])
            [
                "held_out  6 of 6 clips", "held_out without voice  6 of 6 clips", "clips/s", "accuracy (WAR)", "UAR",
                "only face", "none alone", _folder.Result("report.html"),
            ])
        {
            Assert.Contains(part, run.Output, StringComparison.Ordinal);
        }
    }
}
