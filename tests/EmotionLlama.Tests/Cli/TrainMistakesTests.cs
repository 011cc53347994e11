using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using EmotionLlama.Checkpoints;
using EmotionLlama.Media;
using EmotionLlama.Tests.Workflows;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Cli;

/// <summary>Mistakes in recipes and data end in one line that says where and what, before anything expensive.</summary>
[Collection(SharedGenerator.Name)]
public sealed class TrainMistakesTests(SmallWorld world) : IDisposable
{
    private const string FirstClip = "world_00042_0000000";

    private readonly TrainingFolder _folder = new(world);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_misspelt_key()
    {
        Edit(_folder.Recipe, "max_epoch", "max_epock");

        await AssertRefusedAsync([], _folder.Recipe, "max_epock", "max_epoch");
    }

    [Fact]
    public async Task A_value_of_the_wrong_type()
    {
        Edit(_folder.Recipe, "max_epoch: 2", "max_epoch: two");

        await AssertRefusedAsync([], _folder.Recipe, "run.max_epoch", "two");
    }

    [Fact]
    public async Task A_missing_file()
    {
        File.Delete(_folder.Annotations);

        await AssertRefusedAsync([], _folder.Annotations, "datasets.world.build_info.ann_path");
    }

    [Fact]
    public async Task A_missing_file_of_held_out_clips() =>
        await AssertRefusedAsync(["datasets.world.validation_file=nowhere.txt"], "nowhere.txt");

    [Theory]
    [InlineData("run.save_best=true", "run.save_best", "datasets.NAME.validation_file")]
    [InlineData("run.early_stopping.patience=2", "run.early_stopping.patience", "datasets.NAME.validation_file")]
    [InlineData("run.eval_clips=4", "run.eval_clips", "datasets.NAME.validation_file")]
    public async Task A_run_that_decides_by_held_out_clips_but_has_none(string option, params string[] named) =>
        await AssertRefusedAsync([option], named);

    [Theory]
    [InlineData("run.save_best=true", "run.eval_epoch_interval=0", "run.save_best", "run.eval_epoch_interval")]
    [InlineData("run.metric=clue_overlap", "run.eval_clips=0", "run.eval_clips", "clue_overlap")]
    [InlineData("run.eval_temperature_samples=1", "run.eval_clips=2", "run.eval_temperature_samples", "spread")]
    [InlineData("run.eval_temperature_samples=2", "run.seed=1", "run.eval_temperature_samples", "run.eval_clips")]
    [InlineData("run.metric=clue_overlap", "datasets.world.task_pool=[emotion]", "clue_overlap", "task_pool")]
    [InlineData("run.metric=waf", "datasets.world.caption=empty", "world", "caption")]
    public async Task Evaluations_that_cannot_show_what_is_asked(string option, string other, params string[] named) =>
        await AssertRefusedAsync([option, other, "datasets.world.validation_file=world_held_out.txt"], named);

    [Fact]
    public async Task An_annotation_line_with_a_missing_column()
    {
        Edit(_folder.Annotations, FirstLine(), FirstClip + " 50");

        await AssertRefusedAsync([], _folder.Annotations + ":1");
    }

    [Fact]
    public async Task An_unknown_emotion()
    {
        Edit(_folder.Annotations, FirstLine(), FirstClip + " 50 jolly 0.5");

        await AssertRefusedAsync([], _folder.Annotations + ":1", "jolly");
    }

    [Fact]
    public async Task A_feature_of_the_wrong_size()
    {
        NpyFile.Write(Feature(), new float[768]);

        await AssertRefusedAsync([], FirstClip, Feature(), "768");
    }

    [Fact]
    public async Task A_truncated_feature()
    {
        File.WriteAllBytes(Feature(), File.ReadAllBytes(Feature())[..^100]);

        await AssertRefusedAsync([], FirstClip, Feature());
    }

    [Fact]
    public async Task A_feature_that_is_not_a_number()
    {
        var bytes = File.ReadAllBytes(Feature());
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), float.NaN);
        File.WriteAllBytes(Feature(), bytes);

        await AssertRefusedAsync([], FirstClip, Feature(), "NaN");
    }

    [Fact]
    public async Task A_truncated_checkpoint()
    {
        TorchCheckpointWriter.Save(
            _folder["stage1.pth"], new Dictionary<string, object?> { ["model"] = new Dictionary<string, object?> { ["a"] = ones(100) } });
        File.WriteAllBytes(_folder["stage1.pth"], File.ReadAllBytes(_folder["stage1.pth"])[..^50]);

        await AssertRefusedAsync([$"model.ckpt={_folder["stage1.pth"]}"], _folder["stage1.pth"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hostile_checkpoint(bool zipped)
    {
        var proof = _folder["it ran"];
        var pickle = Encoding.Latin1.GetBytes($"cposix\nsystem\n(Vtouch '{proof}'\ntR.");
        if (zipped)
            WriteArchive(_folder["hostile.pth"], pickle);
        else
            File.WriteAllBytes(_folder["hostile.pth"], [0x80, 2, .. pickle]);

        await AssertRefusedAsync([$"model.ckpt={_folder["hostile.pth"]}"], _folder["hostile.pth"]);
        Assert.False(File.Exists(proof));
    }

    [Fact]
    public async Task A_clip_without_a_transcript()
    {
        var transcripts = Path.Combine(_folder.Data, "transcription_en_all.csv");
        File.WriteAllLines(transcripts, File.ReadAllLines(transcripts).Where(
            line => !line.StartsWith(FirstClip, StringComparison.Ordinal)));

        await AssertRefusedAsync([], FirstClip, "transcript");
    }

    [Fact]
    public async Task A_clip_without_an_answer()
    {
        var captions = Path.Combine(_folder.Data, "MERR_fine_grained.json");
        Edit(captions, FirstClip, "another");

        await AssertRefusedAsync([], FirstClip, "reason_v2");
    }

    [Fact]
    public async Task Clips_none_of_which_can_be_skipped_to()
    {
        foreach (var feature in Directory.EnumerateFiles(Path.Combine(_folder.Data, "HL-UTT")).ToList())
            File.Delete(feature);

        await AssertRefusedAsync(["run.on_bad_sample=skip"], FirstClip, "11 more clips");
    }

    [Fact]
    public async Task An_output_folder_that_cannot_be_written_to()
    {
        File.WriteAllText(_folder["file"], "");
        var output = Path.Combine(_folder["file"], "output");

        await AssertRefusedAsync([$"run.output_dir={output}"], output);
    }

    private async Task AssertRefusedAsync(string[] options, params string[] named)
    {
        var clock = Stopwatch.StartNew();
        var run = await _folder.TrainAsync(options);

        // Far less on an idle machine; tests share theirs.
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
        Assert.Equal(2, run.Code);
        foreach (var part in named)
            Assert.Contains(part, run.ErrorLine, StringComparison.Ordinal);

        Assert.False(File.Exists(Path.Combine(_folder.Output, "recipe.yaml")), "the run began");
    }

    private string Feature() => Path.Combine(_folder.Data, "mae_340_UTT", FirstClip + ".npy");

    private string FirstLine() => File.ReadLines(_folder.Annotations).First();

    private static void Edit(string path, string old, string replacement)
    {
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(old, replacement, StringComparison.Ordinal));
    }

    private static void WriteArchive(string path, byte[] pickle)
    {
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, content) in ((string, byte[])[])[("data.pkl", pickle), ("version", "3\n"u8.ToArray())])
        {
            using var entry = archive.CreateEntry("archive/" + name, CompressionLevel.NoCompression).Open();
            entry.Write(content);
        }
    }
}
