using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Media.Clips;
using static TorchSharp.torch;

namespace EmotionLlama.Extraction;

/// <summary>
/// Makes of a clip what the model sees: the frame, and the features of face, video and voice that a recipe's
/// <c>features</c> name encoders for. Opened once for many clips; several threads may use it at once: their decoding
/// and preparing run side by side, the encoders take turns. What is held does not grow with the length of a clip, but
/// for its sound.
/// </summary>
public sealed class ClipExtractor : IClipExtractor, IDisposable
{
    private readonly FeatureEncoders _encoders;
    private readonly FfmpegProgram _program;
    private readonly FaceTables _faces;
    private readonly bool _allowSilent;

    private ClipExtractor(FeatureEncoders encoders, FfmpegProgram program, FeaturesRecipe features)
    {
        (_encoders, _program, _faces) = (encoders, program, new FaceTables(features));
        _allowSilent = features.AllowSilent;
        Parts = PartsOf(features);
    }

    /// <inheritdoc/>
    public Modalities Parts { get; }

    /// <summary>What can be made of clips with these encoders: the frame, and the features that one is named for.
    /// </summary>
    public static Modalities PartsOf(FeaturesRecipe features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return Modalities.Image
            | (features.FaceMae is null ? 0 : Modalities.FaceMae)
            | (features.VideoMae is null ? 0 : Modalities.VideoMae)
            | (features.Hubert is null ? 0 : Modalities.Voice);
    }

    /// <summary>Finds what can be found wrong without reading weights or clips.</summary>
    /// <exception cref="InputException">An encoder's configuration does not suit, <c>ffmpeg</c> or the tables of faces
    /// are missing.</exception>
    public static void Check(FeaturesRecipe features)
    {
        ArgumentNullException.ThrowIfNull(features);
        FeatureEncoders.CheckSizes(features);
        _ = new FaceTables(features);
        _ = FfmpegProgram.Find();
    }

    /// <summary>Loads the encoders.</summary>
    /// <param name="features">Their folders, which frame is taken, and where faces are.</param>
    /// <param name="device">Where they compute.</param>
    /// <param name="dtype">Data type of the weights and of the arithmetic.</param>
    /// <exception cref="InputException">A file is missing or does not suit, or <c>ffmpeg</c> is missing.</exception>
    public static ClipExtractor Open(
        FeaturesRecipe features, Device device, ScalarType dtype = ScalarType.Float32)
    {
        Check(features);
        return new ClipExtractor(new FeatureEncoders(features, device, dtype), FfmpegProgram.Find(), features);
    }

    /// <inheritdoc/>
    public string DescribeFrame(string path) => _faces.DescribeFrame(path);

    /// <summary>The same without loading encoders.</summary>
    internal static string DescribeFrame(FeaturesRecipe features, string path) =>
        new FaceTables(features).DescribeFrame(path);

    /// <inheritdoc/>
    public ExtractedClip Extract(string path, Modalities parts, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if ((parts & ~Parts) != 0)
            throw new ArgumentException($"no encoder makes {parts & ~Parts}", nameof(parts));

        var clip = ClipReader.Open(path, _program, options: null, cancellation);
        var extracted = new ExtractedClip { Duration = clip.Info.Duration };

        // The sound first: it is decoded in a moment, so a clip without one fails early.
        if (parts.HasFlag(Modalities.Voice))
            extracted = extracted with { Voice = Voice(clip, cancellation) };

        if ((parts & Modalities.Face) == 0)
            return extracted;

        var faces = _faces.Find(path);
        var pictures = new PictureReader(clip, _encoders, faces)
            .Read(parts, _faces.Choose(faces), cancellation);
        return pictures with { Duration = extracted.Duration, Voice = extracted.Voice };
    }

    /// <inheritdoc/>
    public void Dispose() => _encoders.Dispose();

    private float[] Voice(ClipReader clip, CancellationToken cancellation)
    {
        if (!clip.Info.HasAudio && _allowSilent)
            return new float[ExtractedClip.FeatureSize];

        var sound = clip.Audio(cancellation);
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return _encoders.EncodeVoice(sound);
        }
        catch (InputException e)
        {
            throw new InputException($"{clip.Info.Path.ReplaceLineEndings(" ")}: {e.Message}", e);
        }
    }
}
