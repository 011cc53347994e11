using System.Text.Json;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Media;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Datasets;

public sealed class MerrDatasetTests : IDisposable
{
    private readonly MerrFolder _folder = new("happy", "sad", "fear");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_sample_is_what_lies_on_disk_under_a_clips_name()
    {
        var dataset = Open(_folder.Recipe);

        using var sample = dataset.Read(1, drawSeed: 5, SampleUse.Training);

        Assert.Equal(3, dataset.Count);
        Assert.Equal(new ClipAnnotation("clip_1", 31, Emotion.Sad, -0.5), dataset[1]);
        Assert.Equal(("clip_1", Emotion.Sad, "reason_v2"), (sample.Name, sample.Emotion, sample.Task));
        Assert.Equal("Fine caption 1.", sample.Answer);
        Assert.Equal([3, 8, 8], sample.Image.shape);
        using var expected = new ImageProcessor(8).Process(ImageLoader.Load(_folder.PathOf("frames", "clip_1.png")));
        Assert.True(sample.Image.equal(expected).all().item<bool>());
        Assert.Equal([3, 1024], sample.Features.shape);
        Assert.Equal(ScalarType.Float32, sample.Features.dtype);
        Assert.Equal([2, 102, 202], Rows(sample));
    }

    [Fact]
    public void The_prompt_has_the_originals_form_to_the_blank()
    {
        var task = InstructionPools.BuiltIn["reason_v2"];
        using var sample = Open(_folder.Recipe).Read(0, task, task.Instructions[2], 0, SampleUse.Testing);

        Assert.Equal(
            "<video><VideoHere></video> <feature><FeatureHere></feature> The person in video says: Line 0, spoken.  "
            + $"[reason_v2] {task.Instructions[2]} ",
            sample.Instruction);
    }

    [Fact]
    public void The_prompt_is_the_reference_implementations()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(SharedData.Require("parity", "samples.json")));

        Assert.All(json.RootElement.EnumerateArray(), sample =>
        {
            var expected = sample.GetProperty("instruction_input").GetString()!;
            var sentence = expected.Split("says: ")[1].Split(".  [")[0];
            var (task, instruction) = (expected.Split(".  [")[1].Split("] ")[0], expected.Split("] ")[1][..^1]);
            Assert.Equal(expected, InstructionFormat.Compose(sentence, task, instruction));
        });
    }

    [Theory]
    [InlineData("emotion", "fear")]
    [InlineData("reason", "Coarse caption 2.")]
    [InlineData("caption", "Coarse caption 2.")]
    [InlineData("reason_v2", "Fine caption 2.")]
    public void Each_task_has_its_answers(string task, string answer)
    {
        var dataset = Open(_folder.Recipe with { TaskPool = Pool(task) });

        using var sample = dataset.Read(2, 0, SampleUse.Training);

        Assert.Equal(answer, sample.Answer);
        Assert.Contains($"[{task}]", sample.Instruction);
    }

    [Fact]
    public void A_users_task_is_answered_by_the_field_it_names()
    {
        var pool = _folder.WriteLines("pool.yaml", "units: {answer: AU_list, instructions: [Which units?]}");
        var dataset = Open(_folder.Recipe with { TaskPool = Pool("units"), InstructionPool = pool });

        using var sample = dataset.Read(2, 0, SampleUse.Training);

        Assert.Equal("AU04, AU02", sample.Answer);
        Assert.EndsWith("[units] Which units? ", sample.Instruction);
    }

    [Fact]
    public void Testing_has_no_answers_and_needs_no_captions()
    {
        var byUse = Open(_folder.Recipe);
        File.Delete(_folder.PathOf("MERR_fine_grained.json"));
        var byRecipe = Open(_folder.Recipe with { Caption = CaptionUse.Empty });

        using var testing = byUse.Read(0, 0, SampleUse.Testing);
        using var empty = byRecipe.Read(0, 0, SampleUse.Training);

        Assert.Equal(("", ""), (testing.Answer, empty.Answer));
    }

    [Fact]
    public void Answers_are_processed_where_the_recipe_says_so()
    {
        var dataset = Open(_folder.Recipe with { TextProcessor = new ProcessorRecipe { Name = "blip_caption" } });

        using var sample = dataset.Read(1, 0, SampleUse.Training);

        Assert.Equal("fine caption 1", sample.Answer);
    }

    [Fact]
    public void A_draw_seed_fixes_task_and_instruction_and_others_vary_them()
    {
        var dataset = Open(_folder.Recipe with
        {
            TaskPool = new Dictionary<string, double> { ["emotion"] = 1, ["reason_v2"] = 1 },
        });
        string Instruction(ulong seed)
        {
            using var sample = dataset.Read(0, seed, SampleUse.Training);
            return sample.Instruction;
        }

        var drawn = Enumerable.Range(0, 100).Select(seed => Instruction((ulong)seed)).ToList();

        Assert.Equal(12, drawn.Distinct().Count());
        Assert.Equal(drawn, Enumerable.Range(0, 100).Select(seed => Instruction((ulong)seed)));
    }

    [Theory]
    [InlineData("face", true, new float[] { 0, 0, 202 }, "Line 1, spoken")]
    [InlineData("image", true, new float[] { 2, 102, 202 }, "Line 1, spoken")]
    [InlineData("face_mae", false, new float[] { 0, 102, 202 }, "Line 1, spoken")]
    [InlineData("video", false, new float[] { 2, 0, 202 }, "Line 1, spoken")]
    [InlineData("voice", false, new float[] { 2, 102, 0 }, "Line 1, spoken")]
    [InlineData("words", false, new float[] { 2, 102, 202 }, "")]
    public void A_withheld_modality_is_blank_and_its_files_are_not_needed(
        string modality, bool isBlank, float[] rows, string sentence)
    {
        RemoveFilesOf(rows, isBlank, sentence);
        var dataset = Open(_folder.Recipe with { Withhold = [modality] });

        using var sample = dataset.Read(1, 0, SampleUse.Training);

        Assert.Equal(isBlank, sample.Image.eq(0).all().item<bool>());
        Assert.Equal(rows, Rows(sample));
        Assert.Contains($"The person in video says: {sentence}.  [", sample.Instruction);
    }

    [Fact]
    public void An_unknown_modality_is_named()
    {
        var error = Assert.Throws<InputException>(() => Open(_folder.Recipe with { Withhold = ["voic"] }));

        Assert.Contains("unknown modality 'voic'; did you mean 'voice'?", error.Message);
    }

    [Fact]
    public void A_clip_without_a_frame_asks_for_one()
    {
        var dataset = Open(_folder.Recipe);
        File.Delete(_folder.PathOf("frames", "clip_1.png"));
        var frames = _folder.PathOf("frames");

        Assert.StartsWith(
            $"no frame clip_1.png or clip_1.jpg in {frames}; put it there", ReadError(dataset, 1));
        File.WriteAllText(Path.Combine(frames, "clip_1.mp4"), "");
        Assert.Equal(
            $"no frame clip_1.png or clip_1.jpg in {frames}, only the clip itself; make frames and features of it with"
            + $" 'emotion-llama extract {frames}', or name encoders in the recipe's features section",
            ReadError(dataset, 1));
    }

    [Fact]
    public void What_a_clip_lacks_is_named_with_its_file()
    {
        _folder.WriteLines("transcription_en_all.csv", "name,sentence", "clip_0,x", "clip_2,x");
        _folder.WriteLines("MERR_fine_grained.json", """{"clip_1": {}, "clip_2": {"smp_reason_caption": " "}}""");
        var dataset = Open(_folder.Recipe);

        Assert.Contains("MERR_fine_grained.json: 'clip_0' has no 'smp_reason_caption'", ReadError(dataset, 0));
        Assert.Contains("'clip_2' has an empty 'smp_reason_caption'", ReadError(dataset, 2));
        dataset = Open(_folder.Recipe with { TaskPool = Pool("emotion") });
        Assert.Contains("transcription_en_all.csv: has no line for 'clip_1'", ReadError(dataset, 1));
        File.Delete(_folder.PathOf("HL-UTT", "clip_0.npy"));
        Assert.Contains(_folder.PathOf("HL-UTT", "clip_0.npy"), ReadError(dataset, 0));
    }

    [Theory]
    [InlineData("frames", "build_info.image_path")]
    [InlineData("HL-UTT", "withhold 'voice'")]
    public void A_missing_folder_is_found_before_anything_is_read(string folder, string advice)
    {
        Directory.Delete(_folder.PathOf(folder), recursive: true);

        var error = Assert.Throws<InputException>(() => Open(_folder.Recipe));

        Assert.StartsWith($"{_folder.PathOf(folder)}: no such folder", error.Message);
        Assert.Contains(advice, error.Message);
    }

    [Fact]
    public void A_recipe_without_files_says_which_keys_to_set()
    {
        var noAnnotations = Assert.Throws<InputException>(() => Open(new DatasetRecipe()));
        var noFrames = Assert.Throws<InputException>(
            () => Open(_folder.Recipe with { BuildInfo = _folder.Recipe.BuildInfo with { ImagePath = "" } }));

        Assert.StartsWith("datasets.faces.build_info.ann_path: is missing", noAnnotations.Message);
        Assert.StartsWith("datasets.faces.build_info.image_path: is missing", noFrames.Message);
    }

    [Fact]
    public void Another_annotation_file_lies_beside_the_first()
    {
        _folder.WriteLines("held_out.txt", "clip_2 0 fear 0");

        var dataset = Open(_folder.Recipe with { AnnotationFile = "held_out.txt" });

        using var sample = dataset.Read(0, 0, SampleUse.Validation);
        Assert.Equal(("clip_2", "Fine caption 2.", 1), (sample.Name, sample.Answer, dataset.Count));
    }

    [Fact]
    public void Test_data_is_read_as_training_data_without_answers()
    {
        _folder.WriteLines("test.txt", "clip_2 0 fear 0");
        var dataset = MerrDataset.OpenEvaluation(
            "faces",
            new EvaluationDatasetRecipe
            {
                EvalFilePath = _folder.PathOf("test.txt"),
                ImgPath = _folder.PathOf("frames"),
            },
            _folder.Recipe with { EnableAugmentation = true, AugmentationProb = 1, Withhold = ["voice"] },
            MerrFolder.ImageSize);

        using var sample = dataset.Read(0, 0, SampleUse.Training);

        Assert.Equal(("clip_2", "", "reason_v2"), (sample.Name, sample.Answer, sample.Task));
        Assert.Equal([3, 103, 0], Rows(sample));
    }

    [Fact]
    public void Only_training_is_augmented()
    {
        var dataset = Open(_folder.Recipe with { EnableAugmentation = true, AugmentationProb = 1 });

        using var plain = Open(_folder.Recipe).Read(0, 3, SampleUse.Training);
        using var validation = dataset.Read(0, 3, SampleUse.Validation);
        using var training = dataset.Read(0, 3, SampleUse.Training);
        using var again = dataset.Read(0, 3, SampleUse.Training);

        Assert.True(plain.Image.equal(validation.Image).all().item<bool>());
        Assert.False(plain.Image.equal(training.Image).all().item<bool>());
        Assert.False(plain.Features.equal(training.Features).all().item<bool>());
        Assert.True(again.Image.equal(training.Image).all().item<bool>());
        Assert.True(again.Features.equal(training.Features).all().item<bool>());
        Assert.Equal(plain.Instruction, training.Instruction);
    }

    private static MerrDataset Open(DatasetRecipe recipe) => MerrDataset.Open("faces", recipe, MerrFolder.ImageSize);

    private static Dictionary<string, double> Pool(string task) => new() { [task] = 1 };

    private static string ReadError(MerrDataset dataset, int index) =>
        Assert.Throws<InputException>(() => dataset.Read(index, 0, SampleUse.Training)).Message;

    private static float[] Rows(ClipSample sample)
    {
        Assert.True(sample.Features.eq(sample.Features[.., 0].unsqueeze(1)).all().item<bool>());
        return sample.Features[.., 0].data<float>().ToArray();
    }

    private void RemoveFilesOf(float[] rows, bool isBlank, string sentence)
    {
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row] == 0)
                Directory.Delete(_folder.PathOf(MerrFolder.FeatureFolders[row]), recursive: true);
        }

        if (isBlank)
            Directory.Delete(_folder.PathOf("frames"), recursive: true);
        if (sentence.Length == 0)
            File.Delete(_folder.PathOf("transcription_en_all.csv"));
    }
}
