using EmotionLlama.Checkpoints;
using EmotionLlama.Media;
using EmotionLlama.Models.Encoders;
using static TorchSharp.torch;

namespace EmotionLlama.Verification;

/// <summary>The encoders that features come from: HuBERT, ViT-MAE and VideoMAE.</summary>
internal sealed class EncoderChecks : ICheckFamily
{
    private const double Tolerance = 1e-4;

    /// <inheritdoc/>
    public string Name => "encoders";

    /// <inheritdoc/>
    public IEnumerable<ReferenceCheck> ChecksOf(ReferenceFolder folder)
    {
        // The reference holds the last of the hidden states that transformers 5 lists: the one before the final norm.
        using var hubert = new Shared<HubertEncoder>(() =>
            EncoderFactory.OpenHubert(folder.Find("hubert"), folder.Device, finalNorm: false));
        using var sounds = Numbers(folder, "hubert_io.safetensors");
        yield return Check("hubert", "input_values", sounds, () => Normalized(hubert.Value, sounds.Value));
        yield return Check("hubert", "last_hidden", sounds, () =>
            hubert.Value.Forward(sounds.Value.Read("input_values")));
        yield return Check("hubert", "utterance_mean_last", sounds, () => Mean(hubert.Value, sounds.Value, 1));
        yield return Check("hubert", "utterance_mean_last4_sum", sounds, () => Mean(hubert.Value, sounds.Value, 4));

        using var vitMae = new Shared<VitMaeEncoder>(() => EncoderFactory.OpenVitMae(folder.Find("vitmae"), folder.Device));
        using var pictures = Numbers(folder, "vitmae_io.safetensors");
        yield return Check("vitmae", "last_hidden", pictures, () =>
            vitMae.Value.Forward(pictures.Value.Read("pixel_values")));

        using var videoMae = new Shared<VideoMaeEncoder>(() =>
            EncoderFactory.OpenVideoMae(folder.Find("videomae"), folder.Device));
        using var videos = Numbers(folder, "videomae_io.safetensors");
        yield return Check("videomae", "last_hidden", videos, () =>
            videoMae.Value.Forward(videos.Value.Read("pixel_values")));
    }

    private static Shared<SafetensorsFile> Numbers(ReferenceFolder folder, string name) =>
        new(() => SafetensorsFile.Open(folder.Find(name)));

    private static ReferenceCheck Check(
        string encoder, string tensor, Shared<SafetensorsFile> numbers, Func<Tensor> compute) =>
        new($"{encoder}_{tensor}", Tolerance, () => Compare.Absolute(tensor, compute(), numbers.Value.Read(tensor)));

    private static Tensor Normalized(HubertEncoder hubert, SafetensorsFile numbers)
    {
        var samples = Sound(numbers).Samples;
        var input = hubert.Config.NormalizesWaveform ? HubertEncoder.Normalize(samples) : tensor(samples);
        return input.unsqueeze(0);
    }

    private static Tensor Mean(HubertEncoder hubert, SafetensorsFile numbers, int lastLayers) =>
        tensor(hubert.Encode(Sound(numbers), lastLayers)).unsqueeze(0);

    private static Waveform Sound(SafetensorsFile numbers) => new(
        HubertConfig.SampleRate, numbers.Read("waveform").to(ScalarType.Float32).flatten().data<float>().ToArray());
}
