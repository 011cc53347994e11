using System.Globalization;
using System.Text.Json;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Pretraining;
using EmotionLlama.Tests.Construction;
using EmotionLlama.Tests.Endpoints;

namespace EmotionLlama.Tests.Cli;

[Collection(SharedGenerator.Name)]
public sealed class BuildDatasetVerbTests : IDisposable
{
    private readonly ConstructionFolder _folder = new();
    private readonly StubModels _models = new();

    public void Dispose()
    {
        _models.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_writes_annotations_that_training_opens()
    {
        _folder.AddEight();

        var run = await _folder.BuildAsync(_models, "--json");

        Assert.True(run.Code == 0, run.Error);
        var annotations = AnnotationFile.Read(Result("MERR_fine_grained.txt"));
        Assert.Equal(
            [("a", 5, Emotion.Happy), ("b", 6, Emotion.Sad), ("c", 7, Emotion.Surprise), ("d", 8, Emotion.Angry),
                ("e", 9, Emotion.Neutral), ("g", 11, Emotion.Happy), ("h", 12, Emotion.Sad)],
            annotations.Select(clip => (clip.Name, clip.Frames, clip.Emotion)));
        Assert.All(annotations, clip => Assert.InRange(clip.Valence, -5, 5));
        var data = (await DryRunAsync()).GetProperty("data")[0];
        Assert.Equal(7, Number(data, "clips"));
        foreach (var trouble in (string[])["unreadable_clips", "file_problems", "annotated_twice", "captioned_twice",
            "with_empty_transcript", "without_transcript", "transcribed_twice"])
        {
            Assert.Equal(0, data.GetProperty(trouble).GetArrayLength());
        }

        var recipe = RecipeReader.Read(WriteRecipe()).Recipe;
        var (name, built) = recipe.Datasets.First();
        Assert.Equal(7, MerrDataset.Open(name, built, recipe.Model.ImageSize).Count);
    }

    [Fact]
    public async Task The_fine_grained_file_has_every_field_of_MERR()
    {
        _folder.AddEight();

        await _folder.BuildAsync(_models, "--json");

        var d = Json("MERR_fine_grained.json").GetProperty("d");
        Assert.Equal(
            ["AU_list", "visual_prior_list", "audio_prior_list", "peak_index", "peak_AU_list", "pseu_emotion", "text",
                "smp_reason_caption"],
            d.EnumerateObject().Select(field => field.Name));
        Assert.Equal(["AU04", "AU05", "AU07", "AU23"], Texts(d, "AU_list"));
        Assert.Equal(["AU04", "AU05", "AU07", "AU23"], Texts(d, "peak_AU_list"));
        var seen = Texts(d, "visual_prior_list");
        Assert.Equal("the brows are lowered and drawn together", seen[0]);
        Assert.StartsWith("A person sits in room ", seen[4], StringComparison.Ordinal);
        Assert.StartsWith("The voice is even", d.GetProperty("audio_prior_list").GetString(), StringComparison.Ordinal);
        Assert.Equal("7", d.GetProperty("peak_index").GetString());
        Assert.Equal("angry", d.GetProperty("pseu_emotion").GetString());
        Assert.StartsWith("you parked", d.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("feels angry.", d.GetProperty("smp_reason_caption").GetString(), StringComparison.Ordinal);
        Assert.Contains("lips are tightened", Json("MERR_coarse_grained.json").GetProperty("d").GetProperty("caption")
            .GetString(), StringComparison.Ordinal);
        Assert.Equal("", Json("MERR_fine_grained.json").GetProperty("g").GetProperty("audio_prior_list").GetString());
        Assert.Empty(Texts(Json("MERR_fine_grained.json").GetProperty("e"), "AU_list"));
    }

    [Fact]
    public async Task Models_get_the_peak_frame_and_the_sound()
    {
        _folder.Add("a", 5, ConstructionFolder.Happy, "hello there");

        await _folder.BuildAsync(_models);

        Assert.Equal(["ear", "eye", "mind"], _models.Calls.Select(call => call.Model).Order(StringComparer.Ordinal));
        var picture = _models.Calls.Single(call => call.Model == "eye").Picture!;
        File.WriteAllBytes(_folder["seen.jpg"], picture);
        var frame = EmotionLlama.Media.ImageLoader.Load(_folder["seen.jpg"]);
        Assert.Equal(4, Media.Clips.SampleClips.NumberOf(frame));
        var sound = _models.Calls.Single(call => call.Model == "ear").Sound!;
        File.WriteAllBytes(_folder["heard.wav"], sound);
        var wave = EmotionLlama.Media.WavFile.Read(_folder["heard.wav"]);
        Assert.Equal(16_000, wave.SampleRate);
        Assert.InRange(wave.Samples.Length, 7_000, 9_500);
        var prompt = _models.Calls.Single(call => call.Model == "mind").Prompt;
        Assert.Contains("the cheeks are raised; a smile pulls the lip corners up", prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("AU12", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_vision_and_audio_models_there_are_no_such_clues()
    {
        _folder.AddEight();

        var run = await CliRun.Of(
            "build-dataset", "--json", "--clips", _folder.Clips, "--openface", _folder.Tables, "--text",
            $"mind@{_models.BaseUrl}", "--output", _folder.Output);

        Assert.True(run.Code == 0, run.Error);
        Assert.All(_models.Calls, call => Assert.Equal("mind", call.Model));
        Assert.All(_models.Calls, call => Assert.Contains(
            "<transcript>\n(not available)\n", call.Prompt, StringComparison.Ordinal));
        var clues = run.Json.GetProperty("report").GetProperty("clues");
        Assert.Equal((0, 0, 0), (Number(clues, "vision"), Number(clues, "audio"), Number(clues, "text")));
    }

    [Fact]
    public async Task Every_clip_that_is_left_out_has_a_reason()
    {
        _folder.AddEight();
        _folder.Add("i", 13, ConstructionFolder.Happy, "REFUSE");
        _folder.Add("j", 14, ConstructionFolder.Happy, "CONTRADICT");
        _folder.Add("k", 15, ConstructionFolder.Happy, "CLASH");
        _folder.Add("l", 16, ConstructionFolder.Happy, "SHORT");
        _folder.Add("m", 17, ConstructionFolder.Happy, "REPEAT");
        _folder.Add("n", 18, ConstructionFolder.Happy, "REPEAT this");
        _folder.AddClip("o", 5);
        _folder.AddTable("p", 5, ConstructionFolder.Sad);
        _folder.AddClip("q", 5);
        _folder.AddTable("q", 50, ConstructionFolder.Sad, peak: 40);
        _folder.AddTable("r", 5, ConstructionFolder.Sad);
        File.WriteAllText(Path.Combine(_folder.Clips, "r.mp4"), "no clip");
        _folder.AddClip("s", 5);
        File.WriteAllText(Path.Combine(_folder.Tables, "s.csv"), "frame,AU12_r\n1,six\n");

        var run = await _folder.BuildAsync(_models, "--json");

        Assert.Equal(1, run.Code);
        var report = Json("report.json");
        Assert.Equal(
            ["f unlabeled", "i refusal", "j contradiction", "k contradiction", "l too_short", "n duplicate"],
            report.GetProperty("drops").EnumerateArray().Select(drop =>
                $"{drop.GetProperty("name").GetString()} {drop.GetProperty("kind").GetString()}"));
        Assert.Equal("has the reasoning of m", report.GetProperty("drops")[5].GetProperty("reason").GetString());
        var failures = report.GetProperty("failures").EnumerateArray().ToDictionary(
            failure => failure.GetProperty("name").GetString()!, failure => failure.GetProperty("reason").GetString()!);
        Assert.Equal(["o", "p", "q", "r", "s"], failures.Keys);
        Assert.Equal("there is no OpenFace table o.csv", failures["o"]);
        Assert.Equal($"there is no clip of this name, only {Path.Combine(_folder.Tables, "p.csv")}", failures["p"]);
        Assert.Contains("q.mp4: ", failures["q"], StringComparison.Ordinal);
        Assert.Contains("r.mp4: ", failures["r"], StringComparison.Ordinal);
        Assert.EndsWith("s.csv:2: AU12_r 'six' is no number", failures["s"], StringComparison.Ordinal);
        Assert.Equal((19, 8), (Number(report, "clips"), Number(report, "kept")));
        Assert.Equal(8, AnnotationFile.Read(Result("MERR_fine_grained.txt")).Count);
        var agreement = report.GetProperty("agreement");
        Assert.Equal((11, 12), (Number(agreement, "hits"), Number(agreement, "count")));
        var html = File.ReadAllText(Result("report.html"));
        Assert.Contains("8 of 19 clips kept, 6 dropped", html.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("<li>n: has the reasoning of m</li>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_counts_emotions_units_and_tokens()
    {
        _folder.AddEight();

        await _folder.BuildAsync(_models, "--json");

        var report = Json("report.json");
        Assert.Equal(
            [("happy", 2), ("sad", 2), ("angry", 1), ("neutral", 1), ("surprise", 1)],
            report.GetProperty("emotions").EnumerateObject().Select(pair => (pair.Name, pair.Value.GetInt32())));
        Assert.Equal(3, Number(report.GetProperty("action_units"), "AU04"));
        var clues = report.GetProperty("clues");
        Assert.Equal((6, 7), (Number(clues, "audio"), Number(clues, "vision")));

        // The stub counts 100 and 10 for every answer.
        var tokens = report.GetProperty("tokens");
        Assert.Equal(("eye", 7, 700, 70), Tokens("vision"));
        Assert.Equal(("ear", 6, 600, 60), Tokens("audio"));
        Assert.Equal(("mind", 7, 700, 70), Tokens("text"));

        (string?, int, int, int) Tokens(string stage) => (
            tokens.GetProperty(stage).GetProperty("model").GetString(),
            Number(tokens.GetProperty(stage), "answers"),
            Number(tokens.GetProperty(stage), "prompt_tokens"),
            Number(tokens.GetProperty(stage), "answer_tokens"));
    }

    [Fact]
    public async Task Units_without_a_text_are_named_and_not_used()
    {
        _folder.AddClip("a", 5);
        _folder.AddTable("a", 5, ConstructionFolder.Happy, extra: ", AU77_r");
        _folder.Say("a", "hello");

        var run = await _folder.BuildAsync(_models);

        Assert.True(run.Code == 0, run.Error);
        Assert.Contains("not used, as there is no text for them: AU77", run.Output, StringComparison.Ordinal);
        Assert.Equal(["AU06", "AU12"], Texts(Json("MERR_fine_grained.json").GetProperty("a"), "peak_AU_list"));
    }

    [Fact]
    public async Task A_dry_run_counts_the_calls_and_asks_nothing()
    {
        _folder.AddEight();
        _folder.AddClip("o", 5);

        var plan = await _folder.BuildAsync(_models, "--dry-run", "--json");
        var text = await _folder.BuildAsync(_models, "--dry-run");

        Assert.Empty(_models.Calls);
        Assert.False(Directory.Exists(_folder.Output));
        Assert.Equal(1, plan.Code);
        var calls = plan.Json.GetProperty("calls");
        Assert.Equal((7, 6, 7), (Number(calls, "vision"), Number(calls, "audio"), Number(calls, "text")));
        Assert.Equal("f", plan.Json.GetProperty("drops")[0].GetProperty("name").GetString());
        Assert.Equal("o", plan.Json.GetProperty("failures")[0].GetProperty("name").GetString());
        Assert.Contains("prompt of the vision model", text.Output, StringComparison.Ordinal);
        Assert.Contains("[what the audio model answers]", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_asks_nothing_and_writes_the_same_bytes()
    {
        _folder.AddEight();

        await _folder.BuildAsync(_models);
        var files = ConstructionFolder.Files(_folder.Output);
        var calls = _models.Calls.Count;
        var again = await _folder.BuildAsync(_models, "--json");

        Assert.Equal(calls, _models.Calls.Count);
        Assert.Equal(files, ConstructionFolder.Files(_folder.Output));
        var usage = again.Json.GetProperty("usage").GetProperty("vision");
        Assert.Equal((0, 7), (Number(usage, "calls"), Number(usage, "cached")));
    }

    [Fact]
    public async Task The_key_is_written_nowhere()
    {
        const string Key = "sk-this-is-secret";
        _folder.AddEight();
        Environment.SetEnvironmentVariable("BUILD_DATASET_TEST_KEY", Key);
        File.WriteAllText(_folder["recipe.yaml"], $"""
            model:
              llama_model: none
              vit_model: none
            construction:
              text: {"{"} model: mind, base_url: "{_models.BaseUrl}", api_key_env: BUILD_DATASET_TEST_KEY {"}"}
            """);

        var run = await CliRun.Of(
            "build-dataset", "--clips", _folder.Clips, "--openface", _folder.Tables, "--cfg-path",
            _folder["recipe.yaml"], "--output", _folder.Output);

        Assert.True(run.Code == 0, run.Error);
        Assert.DoesNotContain(Key, run.Output, StringComparison.Ordinal);
        Assert.All(
            Directory.EnumerateFiles(_folder.Output, "*", SearchOption.AllDirectories),
            file => Assert.DoesNotContain(Key, File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_no_clip_is_left_there_are_no_annotations()
    {
        _folder.Add("a", 5, ConstructionFolder.Happy, "good");
        await _folder.BuildAsync(_models);
        Assert.True(File.Exists(Result("MERR_fine_grained.txt")));
        _folder.Say("a", "");
        File.WriteAllText(_folder.Transcripts, "name,sentence\na,REFUSE\n");

        var run = await _folder.BuildAsync(_models);

        Assert.Equal(0, run.Code);
        Assert.False(File.Exists(Result("MERR_fine_grained.txt")));
        Assert.False(File.Exists(Result("MERR_fine_grained.json")));
        Assert.True(File.Exists(Result("report.json")));
    }

    [Theory]
    [InlineData("--openface", "no such folder")]
    [InlineData("--clips", "no such folder")]
    [InlineData("--transcripts", "no such file")]
    public async Task A_missing_input_is_named_before_anything_is_asked(string option, string message)
    {
        _folder.AddTable("a", 5, ConstructionFolder.Happy);
        File.WriteAllText(Path.Combine(_folder.Clips, "a.mp4"), "");
        _folder.Say("a", "hello");
        string[] arguments = _folder.Arguments(_models);
        arguments[Array.IndexOf(arguments, option) + 1] = _folder["none"];

        var run = await CliRun.Of(arguments);

        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.ErrorLine, StringComparison.Ordinal);
        Assert.Contains(_folder["none"], run.ErrorLine, StringComparison.Ordinal);
        Assert.Empty(_models.Calls);
    }

    [Fact]
    public async Task Without_a_text_model_it_says_how_to_name_one()
    {
        _folder.AddTable("a", 5, ConstructionFolder.Happy);
        File.WriteAllText(Path.Combine(_folder.Clips, "a.mp4"), "");

        var run = await CliRun.Of("build-dataset", "--clips", _folder.Clips, "--openface", _folder.Tables);

        Assert.Equal(2, run.Code);
        Assert.Contains("construction.text.model", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_refused_stops_the_run()
    {
        _folder.AddEight();
        using var models = new StubModels(_ => StubReply.Fails(401, "no such key"));

        var run = await _folder.BuildAsync(models);

        Assert.Equal(2, run.Code);
        Assert.StartsWith("construction.", run.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("refuses the key", run.ErrorLine, StringComparison.Ordinal);
        Assert.False(File.Exists(Result("report.json")));
    }

    private static int Number(JsonElement json, string key) => json.GetProperty(key).GetInt32();

    private static string[] Texts(JsonElement json, string key) =>
        [.. json.GetProperty(key).EnumerateArray().Select(text => text.GetString()!)];

    private string Result(string name) => Path.Combine(_folder.Output, name);

    private JsonElement Json(string name) => JsonDocument.Parse(File.ReadAllText(Result(name))).RootElement;

    private async Task<JsonElement> DryRunAsync()
    {
        var run = await CliRun.Of("train", "--dry-run", "--json", "--cfg-path", WriteRecipe());
        Assert.True(run.Code == 0, run.Error + run.Output);
        return run.Json;
    }

    private string WriteRecipe()
    {
        var tiny = TinyModel.Shipped;
        File.WriteAllText(_folder["train.yaml"], string.Create(CultureInfo.InvariantCulture, $"""
            model:
              llama_model: {tiny.LlamaFolder}
              vit_model: {tiny.VisionFile}
              image_size: 112
            datasets:
              built:
                batch_size: 1
                build_info:
                  ann_path: {Result("MERR_fine_grained.txt")}
                task_pool: [emotion, reason, reason_v2]
                withhold: [face, voice]
            run:
              max_epoch: 1
              iters_per_epoch: 4
              num_workers: 1
              device: cpu
              output_dir: {_folder["trained"]}
            """));
        return _folder["train.yaml"];
    }
}
