using EmotionLlama.Pretraining;
using EmotionLlama.Tests.Extraction;
using EmotionLlama.Tests.Media.Clips;

namespace EmotionLlama.Tests.Cli;

/// <summary><c>generate --video</c>: an answer about a file that no annotation knows.</summary>
[Collection(SharedGenerator.Name)]
public sealed class GenerateVideoTests : IDisposable
{
    private readonly ToyEncoders _encoders;
    private readonly TemporaryFolder _folder = new();

    public GenerateVideoTests(ToyEncoders encoders)
    {
        Ffmpeg.Require();
        _encoders = encoders;
        WriteRecipe(encoders.RecipeSection);
        SampleClips.Counting(Clip, 5);
    }

    private string Clip => _folder["any name.mp4"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_recipe_without_data_answers_about_a_file()
    {
        var run = await Generate("--video", Clip, "--transcript", "Hello.", "--json");

        Assert.True(run.Code == 0, run.Error);
        Assert.Equal("any name", run.Json.GetProperty("clip").GetString());
        Assert.Contains("The person in video says: Hello..  [reason] ", run.Json.GetProperty("instruction").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, run.Json.GetProperty("label").ValueKind);
        Assert.InRange(run.Json.GetProperty("tokens").GetInt32(), 1, 5);
    }

    [Fact]
    public async Task What_is_withheld_needs_no_encoder()
    {
        WriteRecipe("");
        Ffmpeg.Run("-i", Clip, "-an", "-c:v", "copy", _folder["silent.mp4"]);

        var lacking = await Generate("--video", Clip);
        var given = await Generate("--video", _folder["silent.mp4"], "--withhold", "voice", "face_mae", "video");

        Assert.Equal(2, lacking.Code);
        Assert.Equal(
            "features.face_mae: names no encoder, which a clip without features needs; add --options "
            + "features.face_mae=FOLDER, or withhold 'face_mae'",
            lacking.ErrorLine);
        Assert.True(given.Code == 0, given.Error);
        Assert.NotEmpty(given.Output.Trim());
    }

    [Fact]
    public async Task Mistakes_are_named()
    {
        await AssertRefused("name one clip, by --clip NAME or --video FILE");
        await AssertRefused("name one clip, by --clip NAME or --video FILE", "--video", Clip, "--clip", "x");
        await AssertRefused("are for --video", "--clip", "x", "--transcript", "Hello.");
        await AssertRefused("absent.mp4: there is no such clip", "--video", _folder["absent.mp4"]);
        await AssertRefused("unknown modality 'sound'", "--video", Clip, "--withhold", "sound");
        await AssertRefused(
            "features.hubert: no such folder: absent", "--video", Clip, "--options", "features.hubert=absent");
        await AssertRefused(
            $"features.hubert: no config.json in {_folder.Location}; name an encoder's Hugging Face folder",
            "--video", Clip, "--options", $"features.hubert={_folder.Location}");
        await AssertRefused(
            "features.frame: peak is found in OpenFace's tables", "--video", Clip, "--options", "features.frame=peak");
        await AssertRefused("frame 9 was asked for; the clip has 5", "--video", Clip, "--options", "features.frame=9");
    }

    private async Task AssertRefused(string message, params string[] arguments)
    {
        var run = await Generate(arguments);

        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.ErrorLine, StringComparison.Ordinal);
    }

    private Task<CliRun> Generate(params string[] arguments) =>
        CliRun.Of(["generate", "--cfg-path", _folder["recipe.yaml"], "--max-new-tokens", "5", .. arguments]);

    private void WriteRecipe(string features) => File.WriteAllText(_folder["recipe.yaml"], $"""
        model:
          llama_model: {TinyModel.Shipped.LlamaFolder}
          vit_model: {TinyModel.Shipped.VisionFile}
          image_size: 112
          lora_r: 4
        {features}
        run:
          device: cpu
          threads: 1
        """);
}
