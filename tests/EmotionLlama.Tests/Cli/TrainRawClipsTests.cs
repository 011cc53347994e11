using EmotionLlama.Pretraining;
using EmotionLlama.Tests.Extraction;
using EmotionLlama.Tests.Media.Clips;

namespace EmotionLlama.Tests.Cli;

/// <summary>Training on clips that nothing was extracted of.</summary>
[Collection(SharedGenerator.Name)]
public sealed class TrainRawClipsTests : IDisposable
{
    private readonly ExtractionFolder _folder;
    private readonly ToyEncoders _encoders;

    public TrainRawClipsTests(ToyEncoders encoders)
    {
        Ffmpeg.Require();
        _encoders = encoders;
        _folder = new ExtractionFolder(encoders);
        _folder.AddClips(3);
        File.WriteAllText(_folder["train.txt"], "clip_0 4 happy 0\nclip_1 5 sad 0\nclip_2 6 angry 0\n");
        File.WriteAllText(
            _folder["transcription_en_all.csv"], "name,sentence\nclip_0,One.\nclip_1,Two.\nclip_2,Three.\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_losses_are_those_of_extracted_files()
    {
        Assert.Equal(0, (await _folder.ExtractAsync()).Code);
        var extracted = await Train(Path.Combine(_folder.Output, "frames"), _folder.Output, "of_files");

        var raw = await Train(_folder.Clips, _folder.Location, "of_clips");

        Assert.Equal(3, extracted.Count);
        Assert.Equal(extracted, raw);
        Assert.Empty(Directory.GetFiles(_folder.Clips, "*.npy", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_dry_run_says_which_clips_are_made_as_they_are_read()
    {
        WriteRecipe(_folder.Clips, _folder.Location);

        var run = await CliRun.Of("train", "--cfg-path", _folder["recipe.yaml"], "--dry-run");

        Assert.True(run.Code == 0, run.Error);
        Assert.Contains(
            "made of the clip itself whenever it is read ('emotion-llama extract' makes it once, for faster runs): 3: "
            + "clip_0, clip_1, clip_2",
            run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_encoder_that_does_not_suit_is_refused_before_the_model_is_read()
    {
        ToyEncoders.WriteHubert(_folder["base"], hidden: 768);
        WriteRecipe(_folder.Clips, _folder.Location);

        var run = await CliRun.Of(
            "train", "--cfg-path", _folder["recipe.yaml"], "--options", $"features.hubert={_folder["base"]}");

        Assert.Equal(2, run.Code);
        Assert.StartsWith($"{_folder["base"]}: its hidden_size is 768", run.ErrorLine, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<double>> Train(string images, string features, string output)
    {
        WriteRecipe(images, features);
        var run = await CliRun.Of(
            "train", "--json", "--cfg-path", _folder["recipe.yaml"], "--options", $"run.output_dir={_folder[output]}");
        Assert.True(run.Code == 0, run.Error);
        return [.. run.Events("step").Select(step => step.GetProperty("loss").GetDouble())];
    }

    private void WriteRecipe(string images, string features) => File.WriteAllText(_folder["recipe.yaml"], $"""
        model:
          llama_model: {TinyModel.Shipped.LlamaFolder}
          vit_model: {TinyModel.Shipped.VisionFile}
          image_size: 112
          lora_r: 4
        {_encoders.RecipeSection}
        datasets:
          clips:
            batch_size: 1
            build_info:
              image_path: {images}
              ann_path: {_folder["train.txt"]}
              feature_path: {features}
            task_pool: [emotion]
        run:
          init_lr: 1e-3
          warmup_steps: 0
          max_epoch: 1
          iters_per_epoch: 3
          num_workers: 1
          seed: 5
          device: cpu
          threads: 1
          log_freq: 1
          sample_answers_interval: 0
          output_dir: {_folder["output"]}
        """);
}
