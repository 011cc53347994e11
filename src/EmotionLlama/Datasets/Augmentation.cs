using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Datasets;

/// <summary>
/// Changes pictures and features a little each time they are read, so that a model learns what matters. The picture and
/// each feature are changed independently, each with the same probability; the same seed changes them in the same way.
/// </summary>
/// <remarks>A picture is mirrored, cropped and enlarged, made brighter or darker, changed in contrast and given noise;
/// a feature is given noise and loses a few numbers; and now and then one modality is blanked altogether.</remarks>
public sealed class Augmentation
{
    private readonly double _probability;
    private readonly AugmentationStrength _strength;

    /// <summary>Creates an augmentation.</summary>
    /// <param name="probability">Probability that a modality of a sample is changed.</param>
    /// <param name="strength">How strongly; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="probability"/> is not in [0, 1].</exception>
    public Augmentation(double probability, AugmentationStrength? strength = null)
    {
        if (probability is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "not a probability");

        _probability = probability;
        _strength = strength ?? new AugmentationStrength();
    }

    /// <summary>Changes a sample.</summary>
    /// <param name="image">The picture, <c>[3, height, width]</c>, float32; it is disposed of where another takes its
    /// place.</param>
    /// <param name="hasImage">Whether the picture shows something; a blank one stays blank.</param>
    /// <param name="features">The features in rows of 1024, changed in place; a row of zeros stays zeros.</param>
    /// <param name="seed">Fixes all draws.</param>
    /// <returns>The picture to use.</returns>
    public Tensor Apply(Tensor image, bool hasImage, Span<float> features, ulong seed) =>
        Apply(image, Apply(hasImage, features, seed));

    /// <summary>Changes the features of a sample, and draws what happens to its picture.</summary>
    /// <param name="hasImage">Whether the picture shows something; a blank one stays blank.</param>
    /// <param name="features">As for the other overload.</param>
    /// <param name="seed">Fixes all draws.</param>
    internal ImageChange Apply(bool hasImage, Span<float> features, ulong seed)
    {
        // A seed of its own, so that these draws have nothing to do with those of the task.
        var random = new SplitMix64(SplitMix64.Mix(seed, 1));
        var rows = features.Length / ClipMedia.FeatureSize;
        var dropped = random.NextDouble() < _probability * _strength.ModalityDropout ? random.NextInt(rows + 1) : -1;
        for (var row = 0; row < rows; row++)
        {
            var feature = features.Slice(row * ClipMedia.FeatureSize, ClipMedia.FeatureSize);
            if (row == dropped)
                feature.Clear();
            else if (random.NextDouble() < _probability)
                ChangeFeature(feature, ref random);
        }

        if (!hasImage)
            return default;

        if (dropped == rows)
            return new ImageChange(ImageChangeKind.Blank, default);

        return random.NextDouble() < _probability ? new ImageChange(ImageChangeKind.Change, random) : default;
    }

    /// <summary>Changes the picture of a sample as it was drawn.</summary>
    /// <param name="image">The picture; it is disposed of where another takes its place.</param>
    /// <param name="change">What happens to it.</param>
    /// <returns>The picture to use.</returns>
    internal Tensor Apply(Tensor image, ImageChange change)
    {
        var random = change.Random;
        return change.Kind switch
        {
            ImageChangeKind.Blank => image.zero_(),
            ImageChangeKind.Change => ChangeImage(image, ref random),
            _ => image,
        };
    }

    private void ChangeFeature(Span<float> feature, ref SplitMix64 random)
    {
        var noise = (float)(_strength.FeatureNoise * StandardDeviation(feature));
        foreach (ref var number in feature)
        {
            number += noise * random.NextBell();
            if (random.NextDouble() < _strength.FeatureDropout)
                number = 0;
        }
    }

    private Tensor ChangeImage(Tensor image, ref SplitMix64 random)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (image.shape[1], image.shape[2]);
        var changed = image;
        if (random.NextDouble() < _strength.Flip)
            changed = changed.flip(2);

        var kept = random.NextDouble(_strength.LeastCrop, 1);
        var (rows, columns) = ((long)Math.Ceiling(kept * height), (long)Math.Ceiling(kept * width));
        var top = random.NextInt((int)(height - rows) + 1);
        var left = random.NextInt((int)(width - columns) + 1);
        changed = nn.functional.interpolate(
            changed.narrow(1, top, rows).narrow(2, left, columns).unsqueeze(0),
            [height, width],
            mode: InterpolationMode.Bilinear,
            align_corners: false).squeeze(0);

        var contrast = 1 + random.NextDouble(-_strength.Contrast, _strength.Contrast);
        var brightness = random.NextDouble(-_strength.Brightness, _strength.Brightness);
        var noise = new float[image.numel()];
        for (var i = 0; i < noise.Length; i++)
            noise[i] = (float)_strength.ImageNoise * random.NextBell();

        var mean = changed.mean();
        changed = (changed - mean).Times(contrast).Plus(mean).Plus(brightness).Plus(tensor(noise, image.shape));
        image.Dispose();
        return changed.MoveToOuterDisposeScope();
    }

    private static double StandardDeviation(ReadOnlySpan<float> numbers)
    {
        var (sum, squares) = (0.0, 0.0);
        foreach (var number in numbers)
        {
            sum += number;
            squares += (double)number * number;
        }

        var mean = sum / numbers.Length;
        return Math.Sqrt(Math.Max(0, (squares / numbers.Length) - (mean * mean)));
    }
}
