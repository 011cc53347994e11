using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Media;
using EmotionLlama.Pretraining;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Pretraining;

[Collection(SharedGenerator.Name)]
public sealed class TinyModelMakerTests : IDisposable
{
    private const long MostBytesShipped = 25_000_000;

    private static readonly TinyModelSizes Least = new()
    {
        Vocabulary = 400,
        TokenizerClips = 50,
        Hidden = 32,
        Layers = 1,
        ImageSize = 28,
        VisionChannels = 88,
        VisionBlocks = 1,
        LlamaSteps = 2,
        VisionSteps = 2,
        EncoderSteps = 2,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_seed_makes_the_same_files_and_another_seed_makes_others()
    {
        var first = Files(Make("first", Least));

        Assert.Equal(
            [
                "README.md", "encoders.safetensors", "eva_vit.safetensors", "llama/config.json",
                "llama/model.safetensors", "llama/tokenizer.model",
            ],
            first.Keys);
        Assert.Equal(first, Files(Make("second", Least)));
        var other = Files(Make("other", Least with { Seed = 2 }));
        Assert.All(first.Keys.Where(name => name.EndsWith(".safetensors", StringComparison.Ordinal)), name =>
            Assert.NotEqual(first[name], other[name]));
    }

    [Fact]
    public void What_was_made_can_be_loaded_and_tuned()
    {
        var tiny = Make("made", Least);

        using var model = ModelFactory.Build(
            new ModelRecipe
            {
                LlamaModel = tiny.LlamaFolder,
                VitModel = tiny.VisionFile,
                ImageSize = Least.ImageSize,
                LoraR = 2,
            },
            CPU,
            ScalarType.Float32,
            cancellation: TestContext.Current.CancellationToken);
        using var encoders = tiny.OpenEncoders();
        var picture = RgbImage.Blank(100, 80);
        float[][] features =
        [
            .. encoders.EncodeFaces([[picture]]), .. encoders.EncodeFrames([[picture, picture]]),
            .. encoders.EncodeVoices([new float[16_000]]),
        ];

        Assert.Equal(Least.ImageTokens, model.ImageTokens);
        Assert.NotEmpty(model.TrainableParameters);
        Assert.All(features, feature =>
        {
            Assert.Equal(1024, feature.Length);
            Assert.All(feature, number => Assert.True(float.IsFinite(number)));
        });
    }

    [Fact]
    public void The_shipped_model_is_small_and_whole()
    {
        var files = Files(TinyModel.Shipped);

        Assert.InRange(files.Values.Sum(bytes => bytes.LongLength), 1, MostBytesShipped);
        Assert.Contains("make-tiny --seed 1", File.ReadAllText(TinyModel.Shipped.CardFile), StringComparison.Ordinal);
        using var encoders = TinyModel.Shipped.OpenEncoders();
    }

    private TinyModel Make(string name, TinyModelSizes sizes) => TinyModelMaker.Make(
        _folder[name], sizes, new Progress<string>(), TestContext.Current.CancellationToken);

    private static SortedDictionary<string, byte[]> Files(TinyModel tiny) => new(
        Directory.EnumerateFiles(tiny.Folder, "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(tiny.Folder, path), File.ReadAllBytes),
        StringComparer.Ordinal);
}
