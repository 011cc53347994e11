using EmotionLlama.Tests.Media.Clips;

namespace EmotionLlama.Tests.Extraction;

/// <summary>A folder in which most clips are damaged: each of those is a named failure or read right, whole or not at
/// all, and the others are extracted.</summary>
public sealed class DamagedExtractionTests(ToyEncoders encoders) : IDisposable
{
    // Everything that any look at the file could find out.
    private const int LeastFailures = 20;

    private readonly ExtractionFolder _folder = new(encoders);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Damaged_clips_are_named_and_the_whole_one_is_extracted()
    {
        Ffmpeg.Require();
        await AssertNamedOrWhole(SampleClips.Counting(_folder["whole.mp4"], 12));
    }

    [Fact]
    public async Task Damaged_research_clips_are_named_and_the_whole_one_is_extracted()
    {
        Ffmpeg.Require();

        // The shortest of the three.
        await AssertNamedOrWhole(SharedData.Require("data", "media", "sample_00002422.mp4"));
    }

    private async Task AssertNamedOrWhole(string original)
    {
        var clip = File.ReadAllBytes(original);
        Write("whole", clip);
        foreach (var (damage, recipe) in ClipDamage.Recipes)
            Write(damage.Replace(' ', '_'), recipe(clip));

        Write("a_picture", [0x89, .. "PNG\r\n\u001a\n"u8]);
        Ffmpeg.Run("-i", original, "-an", "-c:v", "copy", Path.Combine(_folder.Clips, "no_sound.mp4"));
        Ffmpeg.Run("-i", original, "-vn", "-c:a", "copy", Path.Combine(_folder.Clips, "no_video.mp4"));
        Ffmpeg.Run("-i", original, "-vn", Path.Combine(_folder.Clips, "a_sound.wav"));
        File.Move(Path.Combine(_folder.Clips, "a_sound.wav"), Path.Combine(_folder.Clips, "a_sound_called_clip.mp4"));

        var run = await _folder.ExtractAsync("--workers", "4");

        Assert.Equal(1, run.Code);
        Assert.Equal(4, _folder.FilesOf("whole").Count);
        var failures = run.Json.GetProperty("failures").EnumerateArray().ToDictionary(
            failure => failure.GetProperty("clip").GetString()!, failure => failure.GetProperty("reason").GetString()!);
        foreach (var (name, reason) in failures)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(reason);
            Assert.StartsWith(Path.Combine(_folder.Clips, name + ".mp4") + ": ", reason, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', reason);
            Assert.Empty(_folder.FilesOf(name));
        }

        foreach (var file in Directory.EnumerateFiles(_folder.Clips))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            Assert.True(
                failures.ContainsKey(name) || _folder.FilesOf(name).Count == 4, $"{name}: neither failed nor whole");
        }

        Assert.True(failures.Count >= LeastFailures, $"only {failures.Count}: {string.Join(", ", failures.Keys)}");
        Assert.Empty(Directory.EnumerateFiles(_folder.Output, "*.partial", SearchOption.AllDirectories));
        Ffmpeg.AssertNoneRunsOn(_folder.Clips);
    }

    private void Write(string name, byte[] bytes) =>
        File.WriteAllBytes(Path.Combine(_folder.Clips, name + ".mp4"), bytes);
}
