using EmotionLlama.Datasets.Vision;
using EmotionLlama.Media;
using static TorchSharp.torch;

namespace EmotionLlama.Datasets;

/// <summary>Reads the frames and features of clips.</summary>
internal sealed class ClipMedia
{
    /// <summary>Numbers in a feature.</summary>
    public const int FeatureSize = 1024;

    private static readonly string[] FrameExtensions = [".png", ".jpg", ".jpeg", ".bmp"];
    private static readonly string[] ClipExtensions = [".mp4", ".avi"];

    private readonly MerrPaths _paths;
    private readonly Modalities _withheld;
    private readonly int _imageSize;
    private readonly ImageProcessor _processor;
    private readonly PictureKeys _keys = new();

    /// <summary>Creates a reader and looks for its folders.</summary>
    /// <exception cref="InputException">A folder is missing whose modality is not withheld.</exception>
    public ClipMedia(string dataset, MerrPaths paths, Modalities withheld, int imageSize)
    {
        _paths = paths;
        _withheld = withheld;
        _imageSize = imageSize;
        _processor = new ImageProcessor(imageSize);
        if (!IsWithheld(Modalities.Image))
        {
            var key = $"datasets.{dataset}.build_info.image_path";
            if (paths.Frames is null)
                throw new InputException($"{key}: is missing; name the folder of frames, or withhold 'image'");
            if (!Directory.Exists(paths.Frames))
                throw new InputException($"{paths.Frames}: no such folder; set {key}, or withhold 'image'");
        }

        foreach (var feature in ClipFeature.All.Where(feature => !IsWithheld(feature.Modality)))
        {
            var folder = Path.Combine(paths.Features, feature.Folder);
            if (!Directory.Exists(folder))
            {
                throw new InputException(
                    $"{folder}: no such folder; set datasets.{dataset}.build_info.feature_path to the folder that holds"
                    + $" '{feature.Folder}', or withhold '{feature.Name}'");
            }
        }
    }

    /// <summary>What the vision tower made of pictures earlier; null reads pixels always. Set it while nothing is read.
    /// </summary>
    public VisionCache? VisionCache { get; set; }

    /// <summary>Whether a modality is kept from the model, and its files are not needed.</summary>
    public bool IsWithheld(Modalities modality) => (_withheld & modality) != 0;

    /// <summary>The file of a clip's frame.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public string FindFrame(string name)
    {
        var folder = _paths.Frames!;
        var frame = Array.Find(FrameExtensions, extension => File.Exists(Path.Combine(folder, name + extension)));
        if (frame is not null)
            return Path.Combine(folder, name + frame);

        var missing = $"no frame {name}.png or {name}.jpg in {folder}";
        var clip = Array.Find(ClipExtensions, extension => File.Exists(Path.Combine(folder, name + extension)));
        throw new InputException(clip is null
            ? $"{missing}; put it there, or take the clip out of {_paths.Annotations}"
            : $"{missing}; extract the first or peak frame of {name}{clip} first, e.g. ffmpeg -i"
                + $" {Path.Combine(folder, name + clip)} -frames:v 1 {Path.Combine(folder, name + ".png")}");
    }

    /// <summary>The modalities whose files a clip has, without those withheld.</summary>
    public Modalities Present(string name)
    {
        var frame = !IsWithheld(Modalities.Image)
            && Array.Exists(FrameExtensions, extension => File.Exists(Path.Combine(_paths.Frames!, name + extension)));
        return ClipFeature.All
            .Where(feature => !IsWithheld(feature.Modality) && File.Exists(FeatureFile(feature, name)))
            .Aggregate(frame ? Modalities.Image : Modalities.None, (present, feature) => present | feature.Modality);
    }

    /// <summary>The frame of a clip, prepared for the vision tower, or a blank one: <c>[3, imageSize, imageSize]</c>,
    /// float32.</summary>
    public Tensor ReadImage(string name) => IsWithheld(Modalities.Image)
        ? BlankImage()
        : _processor.Process(ImageLoader.Load(FindFrame(name)));

    /// <summary>The picture that stands in for one that is withheld, of the same shape.</summary>
    public Tensor BlankImage() => zeros([3, _imageSize, _imageSize]);

    /// <summary>What tells the picture of a clip from others.</summary>
    /// <exception cref="InputException">Its file is missing or cannot be read.</exception>
    public PictureKey KeyOf(string name) =>
        IsWithheld(Modalities.Image) ? PictureKey.Blank : _keys.Of(FindFrame(name));

    /// <summary>What the vision tower made of a clip's picture, <c>[1 + patches, channels]</c>; null where no cache holds
    /// it, or the picture is changed. No picture is decoded.</summary>
    /// <param name="name">The clip.</param>
    /// <param name="change">What augmentation does to the picture.</param>
    /// <exception cref="InputException">Its file is missing or cannot be read.</exception>
    public Tensor? ReadEncoded(string name, ImageChangeKind change)
    {
        if (VisionCache is not { } cache || change == ImageChangeKind.Change)
            return null;

        // A picture that cannot be read is in no cache, and must not pass for a blank one.
        var key = KeyOf(name);
        return !cache.Contains(key) ? null
            : cache.Read(change == ImageChangeKind.Blank ? PictureKey.Blank : key, $"the picture of '{name}'");
    }

    /// <summary>The file of a clip's feature.</summary>
    public string FeatureFile(ClipFeature feature, string name) =>
        Path.Combine(_paths.Features, feature.Folder, name + ".npy");

    /// <summary>The three features of a clip, row by row: <c>[3, 1024]</c>. Withheld rows are zeros.</summary>
    public float[] ReadFeatures(string name)
    {
        var features = new float[ClipFeature.All.Count * FeatureSize];
        for (var row = 0; row < ClipFeature.All.Count; row++)
        {
            var feature = ClipFeature.All[row];
            if (!IsWithheld(feature.Modality))
                NpyFile.Read(FeatureFile(feature, name), FeatureSize).CopyTo(features.AsSpan(row * FeatureSize));
        }

        return features;
    }
}
