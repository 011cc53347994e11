using EmotionLlama.Media;
using EmotionLlama.Tests.Media.Clips;
using EmotionLlama.World;

namespace EmotionLlama.Tests.World;

/// <summary>Clips of the small world as video files: the rendered face and the synthesized voice.</summary>
internal static class WorldVideos
{
    private const int Size = 112;

    /// <summary>Writes <c>NAME.mp4</c> and returns its path.</summary>
    public static string Write(string folder, WorldClip clip)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, clip.Name + ".mp4");
        using var parts = new TemporaryFolder();
        using (var frames = File.Create(parts["frames"]))
        {
            for (var frame = 0; frame < clip.FrameCount; frame++)
                frames.Write(FaceRenderer.Render(clip, frame / (double)WorldClip.FrameRate, Size).Pixels);
        }

        WavFile.Write(parts["voice.wav"], new Waveform(VoiceSynthesizer.SampleRate, VoiceSynthesizer.Synthesize(clip)));
        Ffmpeg.Run(
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", $"{Size}x{Size}", "-r", $"{WorldClip.FrameRate}",
            "-i", parts["frames"], "-i", parts["voice.wav"], "-c:v", "mpeg4", "-q:v", "2", "-pix_fmt", "yuv420p",
            "-c:a", "aac", path);
        return path;
    }
}
