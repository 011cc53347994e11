using System.Text.Json;
using EmotionLlama.Checkpoints;
using EmotionLlama.Media;
using EmotionLlama.Models;
using EmotionLlama.Models.Encoders;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models.Encoders;

/// <summary>Encoders small enough for a test to run through in milliseconds, every weight random.</summary>
internal static class TinyEncoders
{
    /// <summary>A HuBERT of the large kind; 3 convolutions make a frame of 20 samples, 10 samples apart.</summary>
    public static HubertConfig Large { get; } = new()
    {
        ConvolutionChannels = [6, 8, 10],
        ConvolutionKernels = [10, 2, 2],
        ConvolutionStrides = [5, 1, 2],
        ConvolutionBias = true,
        GroupNorm = false,
        HiddenSize = 12,
        IntermediateSize = 20,
        Layers = 3,
        Heads = 3,
        StableLayerNorm = true,
        PositionKernel = 4,
        PositionGroups = 2,
    };

    /// <summary>A HuBERT of the base kind, with an odd kernel of positions.</summary>
    public static HubertConfig Base { get; } = Large with
    {
        ConvolutionBias = false,
        GroupNorm = true,
        StableLayerNorm = false,
        PositionKernel = 5,
    };

    /// <summary>Pictures of nine patches.</summary>
    public static VitMaeConfig VitMae { get; } = new()
    {
        ImageSize = 12,
        PatchSize = 4,
        HiddenSize = 12,
        IntermediateSize = 20,
        Layers = 2,
        Heads = 3,
    };

    /// <summary>Videos of four frames and two times four tubelets.</summary>
    public static VideoMaeConfig VideoMae { get; } = new()
    {
        ImageSize = 8,
        PatchSize = 4,
        Frames = 4,
        TubeletSize = 2,
        HiddenSize = 12,
        IntermediateSize = 20,
        Layers = 2,
        Heads = 3,
    };

    public static IWeightSource Weights(HubertConfig config) => new NoisyWeights(RandomWeights.ForHubert(config, 7));

    public static IWeightSource Weights(VitMaeConfig config) => new NoisyWeights(RandomWeights.ForVitMae(config, 7));

    public static IWeightSource Weights(VideoMaeConfig config) =>
        new NoisyWeights(RandomWeights.ForVideoMae(config, 7));

    public static WeightReader Read(IWeightSource source, ScalarType dtype = ScalarType.Float32) =>
        new(source, CPU, dtype);

    /// <summary>A sound of a tone and noise.</summary>
    public static Waveform Sound(int samples, int seed = 1)
    {
        var random = new Random(seed);
        return new Waveform(
            HubertConfig.SampleRate,
            [.. Enumerable.Range(0, samples)
                .Select(i => (float)((0.3 * Math.Sin(i * 0.2)) + (0.1 * (random.NextDouble() - 0.4))))]);
    }

    /// <summary>Writes the folder of a HuBERT, its tensors under other names.</summary>
    public static void WriteHubert(string folder, HubertConfig config, Func<string, string> rename)
    {
        WriteJson(folder, new()
        {
            ["model_type"] = "hubert",
            ["hidden_act"] = "gelu",
            ["conv_dim"] = config.ConvolutionChannels,
            ["conv_kernel"] = config.ConvolutionKernels,
            ["conv_stride"] = config.ConvolutionStrides,
            ["conv_bias"] = config.ConvolutionBias,
            ["feat_extract_norm"] = config.GroupNorm ? "group" : "layer",
            ["hidden_size"] = config.HiddenSize,
            ["intermediate_size"] = config.IntermediateSize,
            ["num_hidden_layers"] = config.Layers,
            ["num_attention_heads"] = config.Heads,
            ["do_stable_layer_norm"] = config.StableLayerNorm,
            ["num_conv_pos_embeddings"] = config.PositionKernel,
            ["num_conv_pos_embedding_groups"] = config.PositionGroups,
        });
        WriteWeights(folder, Weights(config), rename);
    }

    /// <summary>Writes the folder of a VideoMAE, its tensors under other names.</summary>
    public static void WriteVideoMae(string folder, VideoMaeConfig config, Func<string, string> rename)
    {
        var json = Sizes(config);
        json["model_type"] = "videomae";
        json["num_frames"] = config.Frames;
        json["tubelet_size"] = config.TubeletSize;
        json["use_mean_pooling"] = !config.FinalNorm;
        WriteJson(folder, json);
        WriteWeights(folder, Weights(config), rename);
    }

    /// <summary>Writes the folder of a ViT-MAE, its tensors under other names.</summary>
    public static void WriteVitMae(string folder, VitMaeConfig config, Func<string, string> rename)
    {
        var json = Sizes(config);
        json["model_type"] = "vit_mae";
        WriteJson(folder, json);
        WriteWeights(folder, Weights(config), rename);
    }

    private static Dictionary<string, object> Sizes(VisionEncoderConfig config) => new()
    {
        ["image_size"] = config.ImageSize,
        ["patch_size"] = config.PatchSize,
        ["hidden_size"] = config.HiddenSize,
        ["intermediate_size"] = config.IntermediateSize,
        ["num_hidden_layers"] = config.Layers,
        ["num_attention_heads"] = config.Heads,
    };

    private static void WriteJson(string folder, Dictionary<string, object> json) =>
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(json));

    private static void WriteWeights(string folder, IWeightSource source, Func<string, string> rename)
    {
        using var weights = new InMemoryWeights();
        foreach (var name in source.Names)
            weights.Add(rename(name), source.Read(name));

        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), weights);
    }
}
