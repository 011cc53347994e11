using System.Globalization;
using System.Runtime.InteropServices;

namespace EmotionLlama.Media.Clips;

/// <summary>Decodes the sound of one clip to one channel of 16-bit samples at 16 kHz: what
/// <c>ffmpeg -i CLIP -ac 1 -ar 16000 -c:a pcm_s16le</c> gives.</summary>
internal sealed class ClipAudio
{
    /// <summary>Samples per second of what is decoded; HuBERT's.</summary>
    public const int SampleRate = 16_000;

    // Four seconds.
    private const int BlockSamples = 1 << 16;

    private readonly FfmpegProgram _program;
    private readonly ClipOptions _options;
    private readonly ClipInfo _info;
    private readonly string _shown;

    /// <summary>Prepares to decode.</summary>
    /// <exception cref="InputException">The clip has no sound.</exception>
    public ClipAudio(FfmpegProgram program, ClipOptions options, ClipInfo info)
    {
        (_program, _options, _info, _shown) = (program, options, info, ClipFile.Show(info.Path));
        if (!info.HasAudio)
            throw new InputException($"{_shown}: it has no sound; give a clip with sound, or do without");
    }

    /// <summary>Decodes the sound, a few seconds at a time.</summary>
    /// <exception cref="InputException">The sound is damaged, which may show only after blocks have been given, or
    /// holds no sample.</exception>
    public IEnumerable<short[]> Blocks(CancellationToken cancellation)
    {
        using var process = new FfmpegProcess(
            _program.Ffmpeg,
            [
                "-nostdin", "-hide_banner", "-v", "error", "-xerror", "-protocol_whitelist", "file",
                "-i", ClipFile.Url(_info.Path),
                "-vn", "-sn", "-dn", "-ac", "1", "-ar", SampleRate.ToString(CultureInfo.InvariantCulture),
                "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1",
            ],
            _shown,
            _options.TimeLimit(_info),
            cancellation);
        var any = false;
        int read;
        do
        {
            var block = new short[BlockSamples];
            read = process.ReadBlock(MemoryMarshal.AsBytes(block.AsSpan())) / sizeof(short);
            if (read == 0)
                break;

            any = true;
            yield return read == block.Length ? block : block[..read];
        }
        while (read == BlockSamples);

        if (process.FindFailure() is { } reason)
        {
            throw new InputException($"{_shown}: its sound is damaged: {reason}; copy the clip again, or keep what is "
                + "left of it: ffmpeg -i FILE OUT.mp4");
        }

        if (!any)
            throw new InputException($"{_shown}: damaged: its sound holds no sample; copy the clip again");
    }
}
