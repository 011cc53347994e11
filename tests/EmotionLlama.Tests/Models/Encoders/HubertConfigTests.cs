using System.Text;
using System.Text.Json.Nodes;
using EmotionLlama.Models.Encoders;

namespace EmotionLlama.Tests.Models.Encoders;

/// <summary>Sizes and kind of a HuBERT, read from its folder.</summary>
public sealed class HubertConfigTests : IDisposable
{
    private const string Base = """
        {
          "model_type": "hubert", "hidden_act": "gelu", "hidden_size": 768, "intermediate_size": 3072,
          "num_hidden_layers": 12, "num_attention_heads": 12, "conv_bias": false,
          "conv_dim": [512, 512, 512, 512, 512, 512, 512], "conv_kernel": [10, 3, 3, 3, 3, 2, 2],
          "conv_stride": [5, 2, 2, 2, 2, 2, 2], "feat_extract_norm": "group"
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_base_model_is_what_a_file_without_more_keys_means()
    {
        var config = Read();

        Assert.Equal((768, 3072, 12, 12), (config.HiddenSize, config.IntermediateSize, config.Layers, config.Heads));
        Assert.Equal((true, false, false, true),
            (config.GroupNorm, config.StableLayerNorm, config.ConvolutionBias, config.ProjectionNorm));
        Assert.Equal((128, 16, 1e-5), (config.PositionKernel, config.PositionGroups, config.NormEpsilon));
        Assert.True(config.NormalizesWaveform);
    }

    [Fact]
    public void A_frame_of_the_published_models_sees_400_samples_and_there_are_50_a_second()
    {
        var config = Read();

        Assert.Equal((400, 320), (config.FrameWidth, config.FrameStride));
        Assert.Equal((0, 1, 1, 2, 49),
            (config.FramesOf(399), config.FramesOf(400), config.FramesOf(719), config.FramesOf(720),
                config.FramesOf(16_000)));
    }

    [Fact]
    public void The_preprocessor_says_whether_a_waveform_is_normalized()
    {
        _folder.Write("preprocessor_config.json", """{"do_normalize": false, "sampling_rate": 16000}"""u8.ToArray());

        Assert.False(Read().NormalizesWaveform);
    }

    [Fact]
    public void A_preprocessor_of_another_rate_is_an_error()
    {
        _folder.Write("preprocessor_config.json", """{"sampling_rate": 8000}"""u8.ToArray());

        var error = Assert.Throws<InputException>(() => Read());

        Assert.Equal(
            $"{_folder["preprocessor_config.json"]}: sampling_rate is 8000; only 16000 is supported", error.Message);
    }

    [Theory]
    [InlineData("model_type", "\"wav2vec2\"", "model_type is 'wav2vec2', expected 'hubert'")]
    [InlineData("hidden_act", "\"relu\"", "hidden_act is 'relu'; supported: 'gelu'")]
    [InlineData("feat_extract_activation", "\"silu\"", "feat_extract_activation is 'silu'; supported: 'gelu'")]
    [InlineData("feat_extract_norm", "\"batch\"", "feat_extract_norm is 'batch'; supported: 'group' or 'layer'")]
    [InlineData("conv_pos_batch_norm", "true", "conv_pos_batch_norm is true, which is not supported")]
    [InlineData("hidden_size", "null", "no number 'hidden_size'")]
    [InlineData("hidden_size", "-3", "hidden_size is -3")]
    [InlineData("hidden_size", "1.5", "hidden_size is 1.5")]
    [InlineData("num_attention_heads", "7", "num_attention_heads 7 does not divide hidden_size 768")]
    [InlineData("num_conv_pos_embedding_groups", "5", "num_conv_pos_embedding_groups 5 does not divide")]
    [InlineData("conv_stride", "[5, 2]", "list 7, 7 and 2 convolutions")]
    [InlineData("conv_stride", "[2000000000, 2000000000, 2000000000, 2000000000, 2, 2, 2]", "more than 100000 samples")]
    [InlineData("conv_dim", "[]", "conv_dim is []; supported: a list")]
    [InlineData("conv_dim", "512", "conv_dim is 512; supported: a list")]
    [InlineData("do_stable_layer_norm", "1", "do_stable_layer_norm is 1; supported: true or false")]
    [InlineData("layer_norm_eps", "0", "layer_norm_eps is 0; supported: a number between 0 and 1")]
    public void What_is_impossible_or_unknown_is_an_error_with_file_key_and_value(
        string key, string value, string expected)
    {
        var error = Assert.Throws<InputException>(() => Read(key, value));

        Assert.StartsWith($"{_folder["config.json"]}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("[1]", "holds no JSON object")]
    [InlineData("{}", "no model_type")]
    public void What_is_no_configuration_is_an_error(string text, string expected)
    {
        var path = _folder.Write("config.json", Encoding.UTF8.GetBytes(text));

        Assert.Contains(
            expected, Assert.Throws<InputException>(() => HubertConfig.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_an_error() => Assert.Contains(
        "an encoder's folder holds config.json",
        Assert.Throws<InputException>(() => HubertConfig.Read(_folder["config.json"])).Message,
        StringComparison.Ordinal);

    private HubertConfig Read(string? key = null, string value = "null")
    {
        var json = JsonNode.Parse(Base)!.AsObject();
        if (key is not null)
            json[key] = JsonNode.Parse(value);

        return HubertConfig.Read(_folder.Write("config.json", Encoding.UTF8.GetBytes(json.ToJsonString())));
    }
}
