using EmotionLlama.Datasets;
using EmotionLlama.Media;
using EmotionLlama.Media.Clips;
using static TorchSharp.torch;

namespace EmotionLlama.Extraction;

/// <summary>Reads all that is wanted of a clip's pictures while they are decoded once; where frames must be counted
/// first, they are decoded twice.</summary>
/// <param name="clip">The clip.</param>
/// <param name="encoders">Encode what is read.</param>
/// <param name="faces">Where the face is.</param>
internal sealed class PictureReader(ClipReader clip, FeatureEncoders encoders, ClipFaces faces)
{
    private const int Channels = 3;

    private string Name => clip.Info.Path.ReplaceLineEndings(" ");

    /// <summary>Reads the frame, the FaceMAE and the VideoMAE feature.</summary>
    /// <param name="parts">Which of them.</param>
    /// <param name="choice">Which frame.</param>
    /// <param name="cancellation">Stops between two frames.</param>
    /// <exception cref="InputException">The clip is damaged, has no such frame, or no face where one is needed.
    /// </exception>
    public ExtractedClip Read(Modalities parts, FrameChoice choice, CancellationToken cancellation)
    {
        var wantsFrame = parts.HasFlag(Modalities.Image);
        var wantsVideo = parts.HasFlag(Modalities.VideoMae);
        var count = wantsVideo || (wantsFrame && choice.Kind == FrameChoiceKind.Middle)
            ? clip.CountFrames(cancellation)
            : 0;
        long? chosen = wantsFrame ? IndexOf(choice, count) : null;
        var shown = wantsVideo ? Segments(count) : [];
        RgbImage? frame = null;
        var video = new Dictionary<long, float[]>();
        using var average = parts.HasFlag(Modalities.FaceMae) ? new FaceAverage(encoders) : null;
        var processor = wantsVideo ? ImageProcessor.ForEncoders(encoders.VideoSize) : null;
        foreach (var (index, picture) in Pictures(average is not null, chosen, shown, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            if (index == chosen)
                frame = picture;

            if (shown.Contains(index))
                video[index] = Prepare(processor!, picture, index);

            if (average is not null && faces.In(picture, index) is { } face)
                average.Add(face);
        }

        if (wantsFrame && frame is null)
            frame = clip.Frames([chosen!.Value], cancellation)[0];

        cancellation.ThrowIfCancellationRequested();
        return new ExtractedClip
        {
            Frame = frame,
            FaceMae = average is null ? null : average.ToArray()
                ?? throw new InputException($"{Name}: no frame of it has a face inside; look at its OpenFace table"),
            VideoMae = wantsVideo ? Encode([.. shown.Select(index => video[index])]) : null,
        };
    }

    private static long IndexOf(FrameChoice choice, long count) => choice.Kind switch
    {
        FrameChoiceKind.First => 0,
        FrameChoiceKind.Middle => count / 2,
        _ => choice.Number,
    };

    private IReadOnlyList<long> Segments(long count)
    {
        var each = encoders.VideoFrames % FrameSegments.FramesEach == 0 ? FrameSegments.FramesEach : 1;
        return FrameSegments.Indices(count, encoders.VideoFrames / each, each);
    }

    /// <summary>All frames, or only those with the numbers that are wanted.</summary>
    private IEnumerable<(long Index, RgbImage Picture)> Pictures(
        bool all, long? chosen, IReadOnlyList<long> shown, CancellationToken cancellation)
    {
        if (all)
            return clip.AllFrames(cancellation).Select((picture, index) => ((long)index, picture));

        long[] wanted = [.. chosen is { } one ? shown.Append(one).Distinct() : shown.Distinct()];
        return wanted.Zip(clip.Frames(wanted, cancellation));
    }

    private float[] Prepare(ImageProcessor processor, RgbImage picture, long index)
    {
        var face = faces.Near(picture, index)
            ?? throw new InputException($"{Name}: the face is outside frame {index}; look at its OpenFace table");
        var pixels = new float[Channels * processor.Size * processor.Size];
        processor.Process(face, pixels);
        return pixels;
    }

    private float[] Encode(float[][] frames)
    {
        var size = encoders.VideoSize;
        using var scope = NewDisposeScope();
        return encoders.EncodeVideo(stack(frames.Select(frame => tensor(frame, [Channels, size, size]))));
    }
}
