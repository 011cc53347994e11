using System.Runtime.ExceptionServices;
using EmotionLlama.Media;

namespace EmotionLlama.World;

/// <summary>
/// Writes clips to disk in the layout of the MERR data, so that they pass through the code that real data passes
/// through: <c>frames/NAME.png</c> (the peak frame), the features <c>mae_340_UTT/NAME.npy</c>,
/// <c>maeV_399_UTT/NAME.npy</c> and <c>HL-UTT/NAME.npy</c> (each <c>[1024]</c>), and the index files of
/// <see cref="WorldIndex"/>, which all splits of a folder share but for the annotation file.
/// </summary>
public static class WorldWriter
{
    /// <summary>The folder of the peak frames.</summary>
    public const string FrameFolder = "frames";

    /// <summary>The folder of the voices, where they are written.</summary>
    public const string AudioFolder = "audio";

    private const string FaceFeatureFolder = "mae_340_UTT";
    private const string VideoFeatureFolder = "maeV_399_UTT";
    private const string VoiceFeatureFolder = "HL-UTT";

    /// <summary>Writes splits of one data set into a folder. The index files come last, each whole or not at all: where
    /// they are, the clips they name are too. Those of an earlier run are removed first.</summary>
    /// <param name="folder">The folder, created where it is missing.</param>
    /// <param name="seed">The seed of the data set.</param>
    /// <param name="splits">The parts, which must not share clips.</param>
    /// <param name="encoder">Makes the features; null writes none.</param>
    /// <param name="options">How to write; null for the defaults.</param>
    /// <param name="progress">Told the number of clips done, now and then.</param>
    /// <param name="cancellationToken">Stops between clips; no index file is written then.</param>
    /// <exception cref="ArgumentException">Splits share clips or names, or one has no clips.</exception>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static void Write(
        string folder,
        long seed,
        IReadOnlyList<WorldSplit> splits,
        IClipEncoder? encoder,
        WorldWriterOptions? options = null,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Check(splits);
        options ??= new WorldWriterOptions();
        WorldIndex.Remove(folder, splits);
        var done = 0;
        foreach (var batch in splits.SelectMany(split => split.Clips(seed)).Chunk(options.BatchSize))
        {
            WriteBatch(folder, batch, encoder, options, cancellationToken);
            done += batch.Length;
            progress?.Report(done);
        }

        WorldIndex.Write(folder, seed, splits);
    }

    private static void Check(IReadOnlyList<WorldSplit> splits)
    {
        ArgumentNullException.ThrowIfNull(splits);
        foreach (var split in splits)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(split.FirstIndex, nameof(splits));
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(split.Count, nameof(splits));
        }

        var ordered = splits.OrderBy(split => split.FirstIndex).ToList();
        foreach (var (split, next) in ordered.Zip(ordered.Skip(1)))
        {
            if (next.FirstIndex - split.FirstIndex < split.Count)
                throw new ArgumentException($"the splits {split.Name} and {next.Name} share clips", nameof(splits));
        }

        if (splits.DistinctBy(split => split.Name).Count() < splits.Count)
            throw new ArgumentException("two splits have one name", nameof(splits));
    }

    private static void WriteBatch(
        string folder,
        WorldClip[] clips,
        IClipEncoder? encoder,
        WorldWriterOptions options,
        CancellationToken cancellationToken)
    {
        var faces = new IReadOnlyList<RgbImage>[clips.Length];
        var frames = new IReadOnlyList<RgbImage>[clips.Length];
        var voices = new float[clips.Length][];
        ForEach(clips.Length, options.Threads, Render, cancellationToken);
        if (encoder is null)
            return;

        var faceFeatures = Checked(clips.Length, encoder.EncodeFaces(faces));
        var videoFeatures = Checked(clips.Length, encoder.EncodeFrames(frames));
        var voiceFeatures = Checked(clips.Length, encoder.EncodeVoices(voices));
        ForEach(clips.Length, options.Threads, WriteFeatures, cancellationToken);

        void Render(int index)
        {
            var clip = clips[index];
            FaceRenderer.Render(clip, clip.PeakSeconds, options.FrameSize)
                .SavePng(Path.Combine(folder, FrameFolder, clip.Name + ".png"));
            voices[index] = VoiceSynthesizer.Synthesize(clip);
            if (options.WriteAudio)
            {
                WavFile.Write(
                    Path.Combine(folder, AudioFolder, clip.Name + ".wav"),
                    new Waveform(VoiceSynthesizer.SampleRate, voices[index]));
            }

            if (encoder is not null)
                (faces[index], frames[index]) = (ClipViews.PeakFaces(clip), ClipViews.Frames(clip));
        }

        void WriteFeatures(int index)
        {
            var name = clips[index].Name + ".npy";
            NpyFile.Write(Path.Combine(folder, FaceFeatureFolder, name), faceFeatures[index]);
            NpyFile.Write(Path.Combine(folder, VideoFeatureFolder, name), videoFeatures[index]);
            NpyFile.Write(Path.Combine(folder, VoiceFeatureFolder, name), voiceFeatures[index]);
        }
    }

    private static IReadOnlyList<float[]> Checked(int count, IReadOnlyList<float[]> features) =>
        features.Count == count && features.All(feature => feature.Length == IClipEncoder.FeatureLength)
            ? features
            : throw new InvalidOperationException(
                $"the encoder must give {count} features of {IClipEncoder.FeatureLength} numbers");

    /// <summary>Handles all numbers below a count in parallel; the first error comes out as it is.</summary>
    private static void ForEach(int count, int threads, Action<int> handle, CancellationToken cancellationToken)
    {
        try
        {
            Parallel.For(
                0,
                count,
                new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken },
                handle);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
