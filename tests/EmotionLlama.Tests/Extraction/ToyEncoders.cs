using System.Text;
using System.Text.Json;
using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Models.Encoders;
using static TorchSharp.torch;

[assembly: AssemblyFixture(typeof(EmotionLlama.Tests.Extraction.ToyEncoders))]

namespace EmotionLlama.Tests.Extraction;

/// <summary>Hugging Face folders of encoders whose features have the real size and that have one layer, made once for
/// all tests. Their weights are the formula of <c>tests/reference/extraction.py</c>.</summary>
public sealed class ToyEncoders : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<FeaturesRecipe> _features;

    public ToyEncoders() => _features = new Lazy<FeaturesRecipe>(Write);

    /// <summary>The three of them, as a recipe names them.</summary>
    public FeaturesRecipe Features => _features.Value;

    /// <summary>The same as a section of a recipe.</summary>
    public string RecipeSection => $"""
        features:
          hubert: {Features.Hubert}
          face_mae: {Features.FaceMae}
          video_mae: {Features.VideoMae}
        """;

    /// <summary>The options of <c>extract</c> that name them.</summary>
    public string[] Options =>
        ["--hubert", Features.Hubert!, "--face-mae", Features.FaceMae!, "--video-mae", Features.VideoMae!];

    public void Dispose() => _folder.Dispose();

    /// <summary>A HuBERT's folder, of any width.</summary>
    internal static void WriteHubert(string folder, int hidden) => Write(
        folder,
        new()
        {
            ["model_type"] = "hubert",
            ["conv_dim"] = Enumerable.Repeat(16, 7),
            ["conv_kernel"] = new[] { 10, 3, 3, 3, 3, 2, 2 },
            ["conv_stride"] = new[] { 5, 2, 2, 2, 2, 2, 2 },
            ["conv_bias"] = true,
            ["feat_extract_norm"] = "layer",
            ["do_stable_layer_norm"] = true,
            ["num_conv_pos_embeddings"] = 16,
            ["num_conv_pos_embedding_groups"] = 16,
        },
        hidden,
        file => EncoderTensors.Of(HubertConfig.Read(file)));

    private FeaturesRecipe Write()
    {
        const int Hidden = ExtractedClip.FeatureSize;
        WriteHubert(_folder["hubert"], Hidden);
        Write(
            _folder["face"],
            new() { ["model_type"] = "vit_mae", ["image_size"] = 64, ["patch_size"] = 16 },
            Hidden,
            file => EncoderTensors.Of(VitMaeConfig.Read(file)));
        Write(
            _folder["video"],
            new()
            {
                ["model_type"] = "videomae",
                ["image_size"] = 32,
                ["patch_size"] = 16,
                ["num_frames"] = 16,
                ["tubelet_size"] = 2,
                ["use_mean_pooling"] = false,
            },
            Hidden,
            file => EncoderTensors.Of(VideoMaeConfig.Read(file)));
        return new FeaturesRecipe
        {
            Hubert = _folder["hubert"],
            FaceMae = _folder["face"],
            VideoMae = _folder["video"],
        };
    }

    private static void Write(
        string folder,
        Dictionary<string, object> config,
        int hidden,
        Func<string, IEnumerable<(string Name, long[] Shape)>> tensors)
    {
        config["hidden_size"] = hidden;
        config["num_hidden_layers"] = 1;
        config["num_attention_heads"] = 16;
        config["intermediate_size"] = 64;
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "config.json");
        File.WriteAllText(file, JsonSerializer.Serialize(config));
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            tensors(file).Select(tensor => KeyValuePair.Create(tensor.Name, Weight(tensor.Name, tensor.Shape))));
    }

    private static Tensor Weight(string name, long[] shape)
    {
        var inputs = shape.Skip(1).Aggregate(1L, (product, size) => product * size);
        var (mean, scale) = name switch
        {
            _ when name.EndsWith("original0", StringComparison.Ordinal) => (1.0, 0.1),
            _ when shape.Length == 1 && name.EndsWith("weight", StringComparison.Ordinal) => (1, 0.1),
            _ when shape.Length == 1 => (0, 0.05),
            "embeddings.cls_token" or "embeddings.position_embeddings" => (0, 0.2),
            _ => (0, 1 / Math.Sqrt(inputs)),
        };
        var random = new SplitMix64(Seed(name));
        var values = new float[shape[0] * inputs];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(mean + (scale * random.NextBell()));

        return tensor(values, shape);
    }

    /// <summary>FNV-1a, 64 bits.</summary>
    private static ulong Seed(string name) => Encoding.UTF8.GetBytes(name).Aggregate(
        0xCBF29CE484222325, (hash, letter) => unchecked((hash ^ letter) * 0x100000001B3));
}
