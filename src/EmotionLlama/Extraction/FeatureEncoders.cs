using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Media;
using EmotionLlama.Models.Encoders;
using static TorchSharp.torch;

namespace EmotionLlama.Extraction;

/// <summary>The encoders of a recipe's <c>features</c>. Several threads may prepare their clips at once; the encoders
/// then take one batch at a time, so that memory does not grow with the threads.</summary>
internal sealed class FeatureEncoders : IDisposable
{
    /// <summary>Faces that go through the encoder together.</summary>
    public const int FaceBatch = 32;

    private readonly Lock _turn = new();
    private readonly HubertEncoder? _hubert;
    private readonly VitMaeEncoder? _faceMae;
    private readonly VideoMaeEncoder? _videoMae;

    /// <summary>Loads the encoders that are named.</summary>
    /// <param name="features">Their folders.</param>
    /// <param name="device">Where they compute.</param>
    /// <param name="dtype">Data type of the weights and of the arithmetic.</param>
    /// <exception cref="InputException">A file is missing or does not suit, or features would have another size.
    /// </exception>
    public FeatureEncoders(FeaturesRecipe features, Device device, ScalarType dtype)
    {
        CheckSizes(features);
        try
        {
            _hubert = features.Hubert is { } hubert ? EncoderFactory.OpenHubert(hubert, device, dtype) : null;
            _faceMae = features.FaceMae is { } face ? EncoderFactory.OpenVitMae(face, device, dtype) : null;
            _videoMae = features.VideoMae is { } video ? EncoderFactory.OpenVideoMae(video, device, dtype) : null;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Side of the pictures that the face encoder takes.</summary>
    public int FaceSize => _faceMae!.Config.ImageSize;

    /// <summary>Side of the pictures that the video encoder takes.</summary>
    public int VideoSize => _videoMae!.Config.ImageSize;

    /// <summary>Pictures that the video encoder takes.</summary>
    public int VideoFrames => _videoMae!.Config.Frames;

    /// <summary>Looks into the configurations, not the weights.</summary>
    /// <exception cref="InputException">A configuration is missing or faulty, or features would have another size than
    /// the model takes.</exception>
    public static void CheckSizes(FeaturesRecipe features)
    {
        Check(features.Hubert, file => HubertConfig.Read(file).HiddenSize, "chinese-hubert-large");
        Check(features.FaceMae, file => VitMaeConfig.Read(file).HiddenSize, "a ViT-MAE of the large size");
        Check(features.VideoMae, file => VideoMaeConfig.Read(file).HiddenSize, "a VideoMAE of the large size");
    }

    /// <summary>The feature of a sound.</summary>
    /// <exception cref="InputException">It is too short.</exception>
    public float[] EncodeVoice(Waveform sound)
    {
        lock (_turn)
            return _hubert!.Encode(sound);
    }

    /// <summary>Adds the class tokens of faces.</summary>
    /// <param name="faces"><c>[batch, 3, size, size]</c> from 0 to 1.</param>
    /// <param name="mean">Gets them.</param>
    public void EncodeFaces(Tensor faces, FeatureMean mean)
    {
        lock (_turn)
        {
            using var tokens = _faceMae!.Faces(faces);
            mean.Add(tokens);
        }
    }

    /// <summary>The feature of a clip's chosen frames.</summary>
    /// <param name="frames"><c>[frames, 3, size, size]</c> from 0 to 1.</param>
    public float[] EncodeVideo(Tensor frames)
    {
        lock (_turn)
            return _videoMae!.Encode(frames);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hubert?.Dispose();
        _faceMae?.Dispose();
        _videoMae?.Dispose();
    }

    private static void Check(string? folder, Func<string, int> hiddenSize, string advice)
    {
        if (folder is null)
            return;

        var size = hiddenSize(Path.Combine(folder, "config.json"));
        if (size != ExtractedClip.FeatureSize)
        {
            throw new InputException($"{folder}: its hidden_size is {size}, but features have "
                + $"{ExtractedClip.FeatureSize} numbers; name {advice}");
        }
    }
}
