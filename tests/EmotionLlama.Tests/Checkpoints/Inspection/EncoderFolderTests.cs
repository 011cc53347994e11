using System.Text.Json.Nodes;
using EmotionLlama.Checkpoints.Inspection;
using EmotionLlama.Tests.Extraction;

namespace EmotionLlama.Tests.Checkpoints.Inspection;

/// <summary><c>inspect</c> knows the encoders that features are made with.</summary>
public sealed class EncoderFolderTests(ToyEncoders encoders) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_encoder_is_told_with_its_sizes_and_what_it_is_for()
    {
        AssertUse(encoders.Features.Hubert!, WeightUse.VoiceEncoder,
            "1 layers of 1024 channels, the large kind (stable layer norm)");
        AssertUse(encoders.Features.FaceMae!, WeightUse.FaceEncoder,
            "1 layers of 1024 channels, pictures of 64 pixels in patches of 16");
        AssertUse(encoders.Features.VideoMae!, WeightUse.VideoEncoder,
            "1 layers of 1024 channels, 16 frames of 32 pixels, its output normalized");
    }

    [Fact]
    public void An_encoder_of_another_width_is_of_no_use()
    {
        ToyEncoders.WriteHubert(_folder["base"], hidden: 768);

        var report = WeightInspector.Inspect(_folder["base"]);

        Assert.Empty(report.Uses);
        Assert.Equal(
            "features of 1024 numbers, which the model's projections take: its hidden_size is 768",
            Assert.Single(report.Missing));
    }

    [Fact]
    public void Tensors_that_the_configuration_asks_for_in_vain_are_named()
    {
        ToyEncoders.WriteHubert(_folder["deep"], hidden: 1024);
        var file = Path.Combine(_folder["deep"], "config.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!;
        config["num_hidden_layers"] = 2;
        File.WriteAllText(file, config.ToJsonString());

        var report = WeightInspector.Inspect(_folder["deep"]);

        Assert.Empty(report.Uses);
        Assert.Contains("encoder.layers.1.attention.q_proj.weight [1024, 1024]", report.Missing);

        config["hidden_act"] = "relu";
        File.WriteAllText(file, config.ToJsonString());
        Assert.StartsWith(
            "a config.json that this encoder computes: ", Assert.Single(WeightInspector.Inspect(_folder["deep"]).Missing),
            StringComparison.Ordinal);
    }

    private static void AssertUse(string folder, WeightUse use, string sizes)
    {
        var report = WeightInspector.Inspect(folder);

        Assert.Equal(StoredKind.HuggingFaceFolder, report.Kind);
        Assert.Equal([use], report.Uses);
        Assert.Empty(report.Missing);
        Assert.Equal([sizes], report.Notes);
    }
}
