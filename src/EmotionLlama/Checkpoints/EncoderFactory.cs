using EmotionLlama.Models;
using EmotionLlama.Models.Encoders;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>Builds feature encoders from Hugging Face folders: <c>config.json</c> and the weights, in safetensors or
/// <c>.bin</c> files, of the bare model or of one with a head.</summary>
public static class EncoderFactory
{
    /// <summary>Opens a HuBERT, such as chinese-hubert-large.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="dtype">Data type of the weights and of the arithmetic.</param>
    /// <param name="finalNorm">Whether a large model's last hidden state is normalized, as for the features of MERR.
    /// </param>
    /// <exception cref="InputException">A file is missing or does not suit.</exception>
    public static HubertEncoder OpenHubert(
        string folder, Device device, ScalarType dtype = ScalarType.Float32, bool finalNorm = true) =>
        Open(folder, HubertConfig.Read, device, dtype, (config, weights) =>
            new HubertEncoder(config with { FinalNorm = finalNorm }, weights));

    /// <summary>Opens a ViT-MAE.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="dtype">Data type of the weights and of the arithmetic.</param>
    /// <exception cref="InputException">A file is missing or does not suit.</exception>
    public static VitMaeEncoder OpenVitMae(string folder, Device device, ScalarType dtype = ScalarType.Float32) =>
        Open(folder, VitMaeConfig.Read, device, dtype, (config, weights) => new VitMaeEncoder(config, weights));

    /// <summary>Opens a VideoMAE.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="dtype">Data type of the weights and of the arithmetic.</param>
    /// <param name="finalNorm">Whether the last layer's output is normalized; null does as <c>config.json</c> says.
    /// </param>
    /// <exception cref="InputException">A file is missing or does not suit.</exception>
    public static VideoMaeEncoder OpenVideoMae(
        string folder, Device device, ScalarType dtype = ScalarType.Float32, bool? finalNorm = null) =>
        Open(folder, VideoMaeConfig.Read, device, dtype, (config, weights) =>
            new VideoMaeEncoder(config with { FinalNorm = finalNorm ?? config.FinalNorm }, weights));

    private static TEncoder Open<TConfig, TEncoder>(
        string folder,
        Func<string, TConfig> read,
        Device device,
        ScalarType dtype,
        Func<TConfig, WeightReader, TEncoder> build)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var config = read(Path.Combine(folder, "config.json"));
        using var files = new HuggingFaceFolder(folder);
        return build(config, new WeightReader(new RenamedWeights(files, EncoderNames.Normalize), device, dtype));
    }
}
