using System.Text;
using System.Text.Json.Nodes;
using EmotionLlama.Models.Encoders;

namespace EmotionLlama.Tests.Models.Encoders;

/// <summary>Sizes of the face and video encoders, read from <c>config.json</c>.</summary>
public sealed class VisionEncoderConfigTests : IDisposable
{
    private const string Large = """
        {
          "hidden_act": "gelu", "hidden_size": 1024, "image_size": 224, "intermediate_size": 4096,
          "layer_norm_eps": 1e-12, "num_attention_heads": 16, "num_channels": 3, "num_hidden_layers": 24,
          "patch_size": 16, "qkv_bias": true
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sizes_of_a_ViT_MAE_are_read()
    {
        var config = VitMaeConfig.Read(Write("vit_mae", []));

        Assert.Equal(
            (224, 16, 1024, 4096, 24, 16, 196),
            (config.ImageSize, config.PatchSize, config.HiddenSize, config.IntermediateSize, config.Layers,
                config.Heads, config.PatchesPerImage));
        Assert.Equal((1e-12, true), (config.NormEpsilon, config.AttentionBias));
    }

    [Fact]
    public void Sizes_of_a_VideoMAE_are_read_and_what_is_left_out_is_as_in_the_published_models()
    {
        var config = VideoMaeConfig.Read(Write("videomae", new() { ["image_size"] = "[224, 224]" }));

        Assert.Equal((224, 16, 2, 1568), (config.ImageSize, config.Frames, config.TubeletSize, config.Tokens));
        Assert.False(config.FinalNorm);
        Assert.True(VideoMaeConfig.Read(Write("videomae", new() { ["use_mean_pooling"] = "false" })).FinalNorm);
    }

    [Theory]
    [InlineData("hidden_act", "\"gelu_new\"", "hidden_act is 'gelu_new'; supported: 'gelu'")]
    [InlineData("num_channels", "1", "num_channels is 1; only 3 is supported")]
    [InlineData("image_size", "[224, 112]", "image_size is [224,112]; supported: a square")]
    [InlineData("image_size", "225", "image_size 225 is no multiple of patch_size 16")]
    [InlineData("image_size", "2147483632", "more than 1048576 patches")]
    [InlineData("num_attention_heads", "15", "num_attention_heads 15 does not divide hidden_size 1024")]
    [InlineData("num_frames", "15", "num_frames 15 is no multiple of tubelet_size 2")]
    [InlineData("num_frames", "2000000000", "more than 1048576 patches")]
    [InlineData("model_type", "\"vit\"", "model_type is 'vit', expected 'videomae'")]
    public void What_is_impossible_or_unknown_is_an_error_with_file_key_and_value(
        string key, string value, string expected)
    {
        var path = Write("videomae", new() { [key] = value });

        var error = Assert.Throws<InputException>(() => VideoMaeConfig.Read(path));

        Assert.StartsWith($"{path}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_encoder_refuses_the_other() => Assert.Contains(
        "model_type is 'videomae', expected 'vit_mae'",
        Assert.Throws<InputException>(() => VitMaeConfig.Read(Write("videomae", []))).Message,
        StringComparison.Ordinal);

    private string Write(string kind, Dictionary<string, string> changes)
    {
        var json = JsonNode.Parse(Large)!.AsObject();
        json["model_type"] = kind;
        foreach (var (key, value) in changes)
            json[key] = JsonNode.Parse(value);

        return _folder.Write("config.json", Encoding.UTF8.GetBytes(json.ToJsonString()));
    }
}
