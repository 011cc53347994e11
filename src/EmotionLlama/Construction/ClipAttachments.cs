using System.Runtime.InteropServices;
using System.Security.Cryptography;
using EmotionLlama.Configuration;
using EmotionLlama.Endpoints;
using EmotionLlama.Media;
using EmotionLlama.Media.Clips;

namespace EmotionLlama.Construction;

/// <summary>Makes what models are shown of a clip.</summary>
/// <param name="program">Decodes clips.</param>
/// <param name="recipe">How large it may be.</param>
internal sealed class ClipAttachments(FfmpegProgram program, ConstructionRecipe recipe)
{
    /// <summary>Looks at a clip.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    public ClipReader Open(string path, CancellationToken cancellation) =>
        ClipReader.Open(path, program, cancellation: cancellation);

    /// <summary>The peak frame as a picture.</summary>
    /// <exception cref="InputException">The clip has no such frame, or is damaged.</exception>
    public Attachment Picture(ClipReader clip, long peakIndex, CancellationToken cancellation)
    {
        var frame = clip.Frame(FrameChoice.Peak(peakIndex), cancellation);
        var digest = Convert.ToHexStringLower(SHA256.HashData(frame.Pixels));
        return new Attachment(
            frame.ToJpeg(recipe.MaxImageSide),
            "image/jpeg",
            $"rgb {frame.Width}x{frame.Height} {recipe.MaxImageSide} {digest}");
    }

    /// <summary>The sound, or its beginning where it is too long.</summary>
    /// <exception cref="InputException">The clip has no sound, or is damaged.</exception>
    public Attachment Sound(ClipReader clip, CancellationToken cancellation)
    {
        var most = recipe.MaxAudioSeconds * ClipReader.SampleRate;
        var samples = new List<short>();
        foreach (var block in clip.AudioBlocks(cancellation))
        {
            samples.AddRange(block.AsSpan(0, Math.Min(block.Length, most - samples.Count)));
            if (samples.Count == most)
                break;
        }

        var span = CollectionsMarshal.AsSpan(samples);
        var digest = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(span)));
        return new Attachment(
            WavFile.ToBytes(ClipReader.SampleRate, span), "audio/wav", $"pcm {ClipReader.SampleRate} {digest}");
    }
}
