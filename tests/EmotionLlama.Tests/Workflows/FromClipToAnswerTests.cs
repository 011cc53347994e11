using System.Globalization;
using System.Text;
using System.Text.Json;
using EmotionLlama.Datasets;
using EmotionLlama.Pretraining;
using EmotionLlama.Runtime;
using EmotionLlama.Tests.Cli;
using EmotionLlama.Tests.Extraction;
using EmotionLlama.Tests.Media.Clips;
using EmotionLlama.Tests.World;
using EmotionLlama.World;

namespace EmotionLlama.Tests.Workflows;

/// <summary>The whole way by the command line: video files are extracted, the tiny model is tuned on what people wrote
/// about two of them, and it answers about the files.</summary>
[Collection(SharedGenerator.Name)]
public sealed class FromClipToAnswerTests(ToyEncoders encoders) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Annotations => Path.Combine(_folder["data"], "train.txt");

    private string Checkpoint => Path.Combine(_folder["output"], "checkpoint_0.pth");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task From_mp4_to_answer_with_research_clips()
    {
        Ffmpeg.Require();
        var media = SharedData.Require("data", "media");
        var first = Rows("emer-v1-english.csv", "names", "subtitles", "reasons")
            .Single(row => row.Name == "sample_00005854");
        var second = Rows("emer-v2.csv", "name", "name", "english").Single(row => row.Name == "sample_00000338");
        AnnotatedClip[] annotated =
        [
            new(first.Name, "angry", first.Words, first.Text),

            // EMER v2 has no subtitles; this one is told in the text.
            new(second.Name, "worried", "Oh no, my phone and wallet are in my bag.", second.Text),
        ];

        await AssertLearned(media, annotated, "sample_00002422", steps: 75);
    }

    [Fact]
    public async Task From_mp4_to_answer_with_rendered_clips()
    {
        Ffmpeg.Require();
        var clips = Enumerable.Range(0, 3).Select(index => WorldClipFactory.Create(seed: 3, index)).ToList();
        foreach (var clip in clips)
            WorldVideos.Write(_folder["media"], clip);

        await AssertLearned(
            _folder["media"],
            [.. clips.Take(2).Select(clip => new AnnotatedClip(
                clip.Name, clip.Emotion.ToText(), clip.Line.Text, CaptionWriter.FineGrained(clip)))],
            clips[2].Name,
            steps: 40);
    }

    private async Task AssertLearned(string media, AnnotatedClip[] annotated, string third, int steps)
    {
        WriteEmer(annotated);
        EmerConverter.Convert(_folder["emer.csv"], _folder["data"]);
        await Run(
        [
            "extract", media, "--output", _folder["data"], "--names", Annotations, "--device", "cpu",
            .. encoders.Options,
        ]);
        WriteRecipes(media, steps);
        await Run("train", "--cfg-path", _folder["recipe.yaml"]);

        foreach (var clip in annotated)
        {
            // Of the files that extract made, and of the video alone.
            Assert.Equal(clip.Text, await Answer("--clip", clip.Name));
            Assert.Equal(clip.Text, await Answer(
                "--video", Path.Combine(media, clip.Name + ".mp4"), "--transcript", clip.Words));
        }

        var own = await Answer("--video", Path.Combine(media, third + ".mp4"));
        TestContext.Current.TestOutputHelper?.WriteLine(own);
        Assert.NotEmpty(own);
        Assert.DoesNotContain(own, annotated.Select(clip => clip.Text));

        // An evaluation finds no frames and features beside the videos, and makes them.
        await Run("evaluate", "--cfg-path", _folder["raw.yaml"], "--ckpt", Checkpoint);
        var predictions = File.ReadAllText(Path.Combine(_folder["output"], "evaluation", "raw", "predictions.jsonl"));
        Assert.Equal(
            annotated.Select(clip => clip.Text),
            predictions.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement)
                .OrderBy(line => Array.FindIndex(
                    annotated, clip => clip.Name == line.GetProperty("name").GetString()))
                .Select(line => line.GetProperty("answer").GetString()));
    }

    private async Task<string> Answer(params string[] arguments)
    {
        var run = await Run(
        [
            "generate", "--cfg-path", _folder["recipe.yaml"], "--ckpt", Checkpoint, "--max-new-tokens", "700",
            .. arguments,
        ]);
        return run.Json.GetProperty("answer").GetString()!;
    }

    private static async Task<CliRun> Run(params string[] arguments)
    {
        var run = await CliRun.Of([.. arguments, "--json"]);
        Assert.True(run.Code == 0, run.Error);
        return run;
    }

    private void WriteEmer(AnnotatedClip[] clips)
    {
        var csv = new StringBuilder("names,emotions,subtitles,reasons\n");
        foreach (var clip in clips)
            csv.Append(CultureInfo.InvariantCulture, $"{clip.Name},{clip.Label},{Quote(clip.Words)},{Quote(clip.Text)}\n");

        File.WriteAllText(_folder["emer.csv"], csv.ToString());
    }

    private void WriteRecipes(string media, int steps)
    {
        var model = $"""
            model:
              llama_model: {TinyModel.Shipped.LlamaFolder}
              vit_model: {TinyModel.Shipped.VisionFile}
              image_size: 112
              max_txt_len: 700
              max_context_len: 1600
              lora_r: 32
              lora_alpha: 64
              lora_dropout: 0
              lora_target_modules: [q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj]
            {encoders.RecipeSection}
            """;
        var run = $"""
            run:
              init_lr: 5e-3
              min_lr: 1e-4
              warmup_steps: 10
              warmup_lr: 1e-4
              weight_decay: 0
              max_epoch: 1
              iters_per_epoch: {steps}
              num_workers: 1
              seed: 5
              device: cpu
              threads: 1
              log_freq: 20
              sample_answers_interval: 0
              output_dir: {_folder["output"]}
            """;
        File.WriteAllText(_folder["recipe.yaml"], $"""
            {model}
            datasets:
              emer:
                batch_size: 2
                build_info:
                  image_path: {Path.Combine(_folder["data"], "frames")}
                  ann_path: {Annotations}
                task_pool: [reason_v2]
            {run}
            """);
        File.WriteAllText(_folder["raw.yaml"], $"""
            {model}
            datasets:
              raw:
                build_info:
                  transcription_path: {Path.Combine(_folder["data"], "transcription_en_all.csv")}
                  feature_path: {_folder.Location}
                task_pool: [reason_v2]
            evaluation_datasets:
              raw:
                eval_file_path: {Annotations}
                img_path: {media}
                max_new_tokens: 700
                batch_size: 1
            {run}
            """);
    }

    private static List<(string Name, string Words, string Text)> Rows(
        string file, string name, string words, string text) =>
        [.. CsvTable.Read(SharedData.Require("data", "emer", file), name, words, text)
            .Select(row => (row[0], row[1], row[2]))];

    private static string Quote(string field) => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private sealed record AnnotatedClip(string Name, string Label, string Words, string Text);
}
