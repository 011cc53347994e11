namespace EmotionLlama.Media.Clips;

/// <summary>
/// Frames and sound of one clip, in any container that <c>ffmpeg</c> reads. Frames come upright, in the pixels that
/// are stored (the shape of a pixel is not applied), numbered from 0 in the order of decoding. What is damaged is
/// refused by name rather than given in part. Each call runs a program of its own that is gone when the call ends, so
/// one reader may be used by several threads.
/// </summary>
public sealed class ClipReader
{
    // 2 GiB of floats; about nine hours.
    private const long MaximumSamples = 1L << 29;
    private const float FullScale = 32768;

    private readonly FfmpegProgram _program;
    private readonly ClipOptions _options;

    private ClipReader(FfmpegProgram program, ClipOptions options, ClipInfo info) =>
        (_program, _options, Info) = (program, options, info);

    /// <summary>Samples per second of the sound that is given.</summary>
    public static int SampleRate => ClipAudio.SampleRate;

    /// <summary>What the clip says about itself.</summary>
    public ClipInfo Info { get; }

    /// <summary>Looks at a clip.</summary>
    /// <param name="path">The file.</param>
    /// <param name="program">The programs; null finds them. Find them once for many clips.</param>
    /// <param name="options">How to read; null takes the defaults.</param>
    /// <param name="cancellation">Stops the program.</param>
    /// <exception cref="InputException">The file is missing, cut off, damaged or no clip, or <c>ffmpeg</c> is
    /// missing.</exception>
    public static ClipReader Open(
        string path,
        FfmpegProgram? program = null,
        ClipOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        program ??= FfmpegProgram.Find();
        options ??= new ClipOptions();
        return new ClipReader(program, options, ClipProbe.Inspect(program, path, options, cancellation));
    }

    /// <summary>Decodes the whole clip and counts its frames.</summary>
    /// <exception cref="InputException">There is no video, or it is damaged.</exception>
    public long CountFrames(CancellationToken cancellation = default) => Video().Count(cancellation);

    /// <summary>The frame that stands for the clip.</summary>
    /// <exception cref="InputException">There is no video, it is damaged up to that frame, or there is no such
    /// frame.</exception>
    public RgbImage Frame(FrameChoice choice, CancellationToken cancellation = default)
    {
        var index = choice.Kind switch
        {
            FrameChoiceKind.First => 0,
            FrameChoiceKind.Middle => CountFrames(cancellation) / 2,
            _ => choice.Number,
        };
        return Frames([index], cancellation)[0];
    }

    /// <summary>Frames by their numbers; all of them are held at once.</summary>
    /// <param name="indices">The numbers, from 0, in any order.</param>
    /// <param name="cancellation">Stops the decoding.</param>
    /// <returns>A frame for each number; the same object where a number is repeated.</returns>
    /// <exception cref="InputException">There is no video, it is damaged up to the last of them, or there is no such
    /// frame.</exception>
    public IReadOnlyList<RgbImage> Frames(IReadOnlyList<long> indices, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(indices);
        foreach (var index in indices)
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(indices));
        return Video().Take(indices, cancellation);
    }

    /// <summary>The frames that VideoMAE sees: see <see cref="FrameSegments"/>.</summary>
    /// <param name="segments">Segments of the clip.</param>
    /// <param name="framesEach">Frames of each segment.</param>
    /// <param name="cancellation">Stops the decoding.</param>
    /// <exception cref="InputException">There is no video, or it is damaged.</exception>
    public IReadOnlyList<RgbImage> SegmentFrames(
        int segments = FrameSegments.Segments,
        int framesEach = FrameSegments.FramesEach,
        CancellationToken cancellation = default) =>
        Frames(FrameSegments.Indices(CountFrames(cancellation), segments, framesEach), cancellation);

    /// <summary>Every frame, decoded as they are asked for: one is held here, however long the clip.</summary>
    /// <param name="cancellation">Stops the decoding.</param>
    /// <exception cref="InputException">There is no video, or it is damaged: then the exception comes after the frames
    /// before the damage.</exception>
    public IEnumerable<RgbImage> AllFrames(CancellationToken cancellation = default) => Video().All(cancellation);

    /// <summary>The whole sound: one channel at 16 kHz.</summary>
    /// <exception cref="InputException">There is no sound, it is damaged, or it is too long to hold.</exception>
    public Waveform Audio(CancellationToken cancellation = default)
    {
        var blocks = new List<short[]>();
        long length = 0;
        foreach (var block in Sound().Blocks(cancellation))
        {
            length += block.Length;
            if (length > MaximumSamples)
            {
                throw new InputException($"{ClipFile.Show(Info.Path)}: more than {MaximumSamples / SampleRate / 3600} "
                    + "hours of sound; cut the clip");
            }

            blocks.Add(block);
        }

        var samples = new float[length];
        var filled = 0;
        foreach (var block in blocks)
        {
            foreach (var sample in block)
                samples[filled++] = sample / FullScale;
        }

        return new Waveform(SampleRate, samples);
    }

    /// <summary>The whole sound; null where the clip has none.</summary>
    /// <exception cref="InputException">The sound is damaged or too long to hold.</exception>
    public Waveform? AudioOrNull(CancellationToken cancellation = default) =>
        Info.HasAudio ? Audio(cancellation) : null;

    /// <summary>The sound a few seconds at a time: 16-bit samples of one channel at 16 kHz.</summary>
    /// <param name="cancellation">Stops the decoding.</param>
    /// <exception cref="InputException">There is no sound, or it is damaged: then the exception comes after the blocks
    /// before the damage.</exception>
    public IEnumerable<short[]> AudioBlocks(CancellationToken cancellation = default) => Sound().Blocks(cancellation);

    /// <summary>Writes the sound as a WAV file, whole or not at all, without holding it.</summary>
    /// <param name="path">The WAV file.</param>
    /// <param name="cancellation">Stops the decoding.</param>
    /// <returns>How many samples were written.</returns>
    /// <exception cref="InputException">There is no sound, it is damaged, or the file cannot be written.</exception>
    public long SaveAudio(string path, CancellationToken cancellation = default) =>
        WavFile.Write(path, SampleRate, AudioBlocks(cancellation));

    private ClipFrames Video() => new(_program, _options, Info);

    private ClipAudio Sound() => new(_program, _options, Info);
}
