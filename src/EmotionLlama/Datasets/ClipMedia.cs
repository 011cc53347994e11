using EmotionLlama.Datasets.Vision;
using EmotionLlama.Media;
using EmotionLlama.Media.Clips;
using static TorchSharp.torch;

namespace EmotionLlama.Datasets;

/// <summary>Reads the frames and features of clips.</summary>
internal sealed class ClipMedia
{
    /// <summary>Numbers in a feature.</summary>
    public const int FeatureSize = 1024;

    private static readonly string[] FrameExtensions = [".png", ".jpg", ".jpeg", ".bmp"];

    private readonly MerrPaths _paths;
    private readonly Modalities _withheld;
    private readonly int _imageSize;
    private readonly ImageProcessor _processor;
    private readonly IClipExtractor? _extractor;
    private readonly PictureKeys _keys = new();

    /// <summary>Creates a reader and looks for its folders.</summary>
    /// <param name="dataset">The data set's name in the recipe.</param>
    /// <param name="paths">Where its files are.</param>
    /// <param name="withheld">What is kept from the model.</param>
    /// <param name="imageSize">Height and width of the pictures in pixels.</param>
    /// <param name="extractor">Makes what has no file of the clip itself, where that lies in the folder of frames; null
    /// needs all files.</param>
    /// <exception cref="InputException">A folder is missing whose modality is not withheld.</exception>
    public ClipMedia(
        string dataset, MerrPaths paths, Modalities withheld, int imageSize, IClipExtractor? extractor = null)
    {
        _paths = paths;
        _withheld = withheld;
        _imageSize = imageSize;
        _processor = new ImageProcessor(imageSize);
        _extractor = paths.Frames is null ? null : extractor;
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
            if (!Directory.Exists(folder) && _extractor?.Parts.HasFlag(feature.Modality) != true)
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
        throw new InputException(FindClip(name) is null
            ? $"{missing}; put it there, or take the clip out of {_paths.Annotations}"
            : $"{missing}, only the clip itself; make frames and features of it with 'emotion-llama extract {folder}',"
                + " or name encoders in the recipe's features section");
    }

    /// <summary>The file of the clip itself; null where there is none beside the frames.</summary>
    public string? FindClip(string name) => _paths.Frames is { } folder ? ClipFolder.Find(folder, name) : null;

    /// <summary>What is made of the clip itself whenever it is read, because there is no file of it.</summary>
    public Modalities ToMake(string name)
    {
        if (_extractor is null)
            return Modalities.None;

        var missing = _extractor.Parts & ~_withheld & ~OnDisk(name);
        return missing == Modalities.None || FindClip(name) is null ? Modalities.None : missing;
    }

    /// <summary>Makes what a clip has no files of; a frame that the vision cache knows is left out.</summary>
    /// <returns>Null where there is nothing to make.</returns>
    /// <exception cref="InputException">The clip is damaged, or lacks what is wanted.</exception>
    public ExtractedClip? Make(string name)
    {
        var parts = ToMake(name);
        if (parts.HasFlag(Modalities.Image) && VisionCache?.Contains(KeyOf(name)) == true)
            parts &= ~Modalities.Image;

        return parts == Modalities.None ? null : _extractor!.Extract(FindClip(name)!, parts);
    }

    /// <summary>The modalities that a clip has files of, or that are made of it when it is read, without those
    /// withheld.</summary>
    public Modalities Present(string name) => OnDisk(name) | ToMake(name);

    /// <summary>The frame of a clip, prepared for the vision tower, or a blank one: <c>[3, imageSize, imageSize]</c>,
    /// float32.</summary>
    public Tensor ReadImage(string name, ExtractedClip? made = null) => IsWithheld(Modalities.Image)
        ? BlankImage()
        : _processor.Process(made?.Frame ?? ReadFrame(name));

    /// <summary>The picture that stands in for one that is withheld, of the same shape.</summary>
    public Tensor BlankImage() => zeros([3, _imageSize, _imageSize]);

    /// <summary>What tells the picture of a clip from others.</summary>
    /// <exception cref="InputException">Its file is missing or cannot be read.</exception>
    public PictureKey KeyOf(string name)
    {
        if (IsWithheld(Modalities.Image))
            return PictureKey.Blank;

        return ToMake(name).HasFlag(Modalities.Image) && FindClip(name) is { } clip
            ? _keys.Of(clip, _extractor!.DescribeFrame(clip))
            : _keys.Of(FindFrame(name));
    }

    /// <summary>What the vision tower made of a clip's picture, <c>[1 + patches, channels]</c>; null where no cache
    /// holds it, or the picture is changed. No picture is decoded.</summary>
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
    public float[] ReadFeatures(string name, ExtractedClip? made = null)
    {
        var features = new float[ClipFeature.All.Count * FeatureSize];
        for (var row = 0; row < ClipFeature.All.Count; row++)
        {
            var feature = ClipFeature.All[row];
            if (!IsWithheld(feature.Modality))
            {
                (made?.Feature(feature.Modality) ?? NpyFile.Read(FeatureFile(feature, name), FeatureSize))
                    .CopyTo(features.AsSpan(row * FeatureSize));
            }
        }

        return features;
    }

    private Modalities OnDisk(string name)
    {
        var frame = !IsWithheld(Modalities.Image)
            && Array.Exists(FrameExtensions, extension => File.Exists(Path.Combine(_paths.Frames!, name + extension)));
        return ClipFeature.All
            .Where(feature => !IsWithheld(feature.Modality) && File.Exists(FeatureFile(feature, name)))
            .Aggregate(frame ? Modalities.Image : Modalities.None, (present, feature) => present | feature.Modality);
    }

    private RgbImage ReadFrame(string name) => ToMake(name).HasFlag(Modalities.Image)
        ? _extractor!.Extract(FindClip(name)!, Modalities.Image).Frame!
        : ImageLoader.Load(FindFrame(name));
}
