using EmotionLlama.Checkpoints;
using EmotionLlama.Models.Encoders;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models.Encoders;

/// <summary>What tiny models of transformers compute, written by <c>tests/reference/encoders.py</c>.</summary>
public sealed class EncoderReferenceTests
{
    private static readonly string Folder =
        Path.Combine(SharedData.Repository, "tests", "EmotionLlama.Tests", "Fixtures", "encoders");

    [Theory]
    [InlineData("hubert_large")]
    [InlineData("hubert_base")]
    public void A_HuBERT_computes_what_transformers_does(string name)
    {
        using var scope = NewDisposeScope();
        using var numbers = Open();
        using var encoder = EncoderFactory.OpenHubert(Path.Combine(Folder, name), CPU);
        using var unnormalized = EncoderFactory.OpenHubert(Path.Combine(Folder, name), CPU, finalNorm: false);
        var input = numbers.Read($"{name}.input_values");
        var last = numbers.Read($"{name}.last_hidden_state");
        var listed = numbers.Read($"{name}.last_of_hidden_states");

        var ours = encoder.Forward(input);

        Assert.InRange(
            TinyModels.Distance(
                input[0], HubertEncoder.Normalize(numbers.Read($"{name}.waveform").data<float>().ToArray())),
            0, 1e-5);
        Assert.InRange(TinyModels.Distance(last, ours), 0, 1e-4);

        // Versions of transformers differ in which one they list.
        Assert.InRange(
            Math.Min(TinyModels.Distance(listed, ours), TinyModels.Distance(listed, unnormalized.Forward(input))),
            0, 1e-4);
    }

    [Fact]
    public void A_ViT_MAE_computes_what_transformers_does()
    {
        using var scope = NewDisposeScope();
        using var numbers = Open();
        using var encoder = EncoderFactory.OpenVitMae(Path.Combine(Folder, "vitmae"), CPU);

        Assert.InRange(
            TinyModels.Distance(
                numbers.Read("vitmae.last_hidden_state"), encoder.Forward(numbers.Read("vitmae.pixel_values"))),
            0, 1e-4);
    }

    [Theory]
    [InlineData("videomae")]
    [InlineData("videomae_pooling")]
    public void A_VideoMAE_computes_what_transformers_does(string name)
    {
        using var scope = NewDisposeScope();
        using var numbers = Open();
        using var encoder = EncoderFactory.OpenVideoMae(Path.Combine(Folder, name), CPU);

        Assert.InRange(
            TinyModels.Distance(
                numbers.Read($"{name}.last_hidden_state"), encoder.Forward(numbers.Read($"{name}.pixel_values"))),
            0, 1e-4);
    }

    private static SafetensorsFile Open()
    {
        var path = Path.Combine(Folder, "expected.safetensors");
        if (!File.Exists(path))
            Assert.Skip("no reference numbers of transformers: run tests/reference/encoders.py");

        return SafetensorsFile.Open(path);
    }
}
