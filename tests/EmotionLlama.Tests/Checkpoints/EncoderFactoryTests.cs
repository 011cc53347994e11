using EmotionLlama.Checkpoints;
using EmotionLlama.Models.Encoders;
using EmotionLlama.Tests.Models;
using EmotionLlama.Tests.Models.Encoders;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints;

/// <summary>Encoders out of Hugging Face folders of different ages.</summary>
public sealed class EncoderFactoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", false)]
    [InlineData("", true)]
    [InlineData("hubert.", false)]
    [InlineData("hubert.", true)]
    public void A_HuBERT_is_the_same_under_all_names_its_tensors_have_had(string prefix, bool older)
    {
        TinyEncoders.WriteHubert(_folder.Path, TinyEncoders.Large, name => prefix + (older ? Older(name) : name));
        using var expected = new HubertEncoder(
            TinyEncoders.Large, TinyEncoders.Read(TinyEncoders.Weights(TinyEncoders.Large)));
        using var opened = EncoderFactory.OpenHubert(_folder.Path, CPU);

        Assert.Equal(expected.Encode(TinyEncoders.Sound(300)), opened.Encode(TinyEncoders.Sound(300)));

        static string Older(string name) => name
            .Replace("conv.parametrizations.weight.original0", "conv.weight_g", StringComparison.Ordinal)
            .Replace("conv.parametrizations.weight.original1", "conv.weight_v", StringComparison.Ordinal);
    }

    [Fact]
    public void Both_namings_at_once_are_an_error()
    {
        TinyEncoders.WriteHubert(_folder.Path, TinyEncoders.Large, name =>
            name == "encoder.pos_conv_embed.conv.bias" ? "encoder.pos_conv_embed.conv.weight_g" : name);

        var error = Assert.Throws<InputException>(() => EncoderFactory.OpenHubert(_folder.Path, CPU));

        Assert.Contains("both stand for", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("videomae.")]
    public void A_VideoMAE_is_the_same_with_the_biases_of_older_files(string prefix)
    {
        TinyEncoders.WriteVideoMae(_folder.Path, TinyEncoders.VideoMae, name => prefix + name
            .Replace("query.bias", "q_bias", StringComparison.Ordinal)
            .Replace("value.bias", "v_bias", StringComparison.Ordinal));
        using var scope = NewDisposeScope();
        using var expected = new VideoMaeEncoder(
            TinyEncoders.VideoMae, TinyEncoders.Read(TinyEncoders.Weights(TinyEncoders.VideoMae)));
        using var opened = EncoderFactory.OpenVideoMae(_folder.Path, CPU);
        using var unnormalized = EncoderFactory.OpenVideoMae(_folder.Path, CPU, finalNorm: false);
        var video = TinyModels.Normal([1, 4, 3, 8, 8], 1, 9);

        Assert.Equal(0, TinyModels.Distance(expected.Forward(video), opened.Forward(video)));
        Assert.InRange(TinyModels.Distance(expected.Forward(video), unnormalized.Forward(video)), 1e-3, 1e3);
    }

    [Fact]
    public void A_ViT_MAE_of_a_model_with_a_decoder_is_opened()
    {
        TinyEncoders.WriteVitMae(_folder.Path, TinyEncoders.VitMae, name => "vit." + name);
        using var scope = NewDisposeScope();
        using var expected = new VitMaeEncoder(
            TinyEncoders.VitMae, TinyEncoders.Read(TinyEncoders.Weights(TinyEncoders.VitMae)));
        using var opened = EncoderFactory.OpenVitMae(_folder.Path, CPU);
        var image = TinyModels.Normal([1, 3, 12, 12], 1, 9);

        Assert.Equal(0, TinyModels.Distance(expected.Forward(image), opened.Forward(image)));
    }

    [Fact]
    public void A_missing_tensor_is_named_with_its_folder()
    {
        TinyEncoders.WriteHubert(_folder.Path, TinyEncoders.Large, name =>
            name == "encoder.layers.2.final_layer_norm.bias" ? "other" : name);

        Assert.Equal(
            $"{_folder.Path}: lacks tensors of a HuBERT: 'encoder.layers.2.final_layer_norm.bias'",
            Assert.Throws<InputException>(() => EncoderFactory.OpenHubert(_folder.Path, CPU)).Message);
    }

    [Fact]
    public void A_folder_of_another_model_or_of_none_is_an_error()
    {
        Assert.Contains(
            "an encoder's folder holds config.json",
            Assert.Throws<InputException>(() => EncoderFactory.OpenVitMae(_folder.Path, CPU)).Message,
            StringComparison.Ordinal);
        TinyEncoders.WriteHubert(_folder.Path, TinyEncoders.Large, name => name);
        Assert.Contains(
            "expected 'vit_mae'",
            Assert.Throws<InputException>(() => EncoderFactory.OpenVitMae(_folder.Path, CPU)).Message,
            StringComparison.Ordinal);
    }
}
