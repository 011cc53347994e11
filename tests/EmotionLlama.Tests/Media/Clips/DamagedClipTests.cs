using EmotionLlama.Media;
using EmotionLlama.Media.Clips;

namespace EmotionLlama.Tests.Media.Clips;

/// <summary>Clips that are not what they should be: a named failure or a right result, and nothing left
/// behind.</summary>
public sealed class DamagedClipTests(WholeClip whole) : IClassFixture<WholeClip>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    /// <summary>Ways to damage a file.</summary>
    public static TheoryData<string> Damages => [.. ClipDamage.Recipes.Keys];

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_clip_is_refused_by_name_or_read_right(string damage)
    {
        AssertNamedOrRight(whole.Path, damage);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_research_clip_is_refused_by_name_or_read_right(string damage)
    {
        Ffmpeg.Require();
        var clips = Directory.GetFiles(SharedData.Require("data", "media"), "*.mp4").Order().ToList();
        var turn = ClipDamage.Recipes.Keys.Order(StringComparer.Ordinal).ToList().IndexOf(damage);

        AssertNamedOrRight(clips[turn % clips.Count], damage);
    }

    [Theory]
    [InlineData("cut in the middle", "cut off")]
    [InlineData("last byte cut off", "cut off")]
    [InlineData("nothing left", "the clip is empty (0 bytes)")]
    [InlineData("text", "not a clip, or a damaged one")]
    public void A_failure_says_what_is_wrong(string damage, string reason)
    {
        var path = _folder.Write("damaged.mp4", ClipDamage.Recipes[damage](File.ReadAllBytes(whole.Path)));

        var message = Assert.Throws<InputException>(() => Open(path)).Message;

        Assert.StartsWith($"{path}: {reason}", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mkv")]
    [InlineData("avi")]
    [InlineData("mp4")]
    public void A_cut_off_clip_is_refused_in_every_container(string extension)
    {
        Ffmpeg.Run(
            ["-i", whole.Path, "-c", "copy", .. extension == "mp4" ? new[] { "-movflags", "+faststart" } : [],
                _folder[$"whole.{extension}"]]);
        var bytes = File.ReadAllBytes(_folder[$"whole.{extension}"]);
        var path = _folder.Write($"cut.{extension}", bytes[..(bytes.Length * 6 / 10)]);

        Assert.Throws<InputException>(() => Open(path).AllFrames(Cancellation).Count());
        Assert.Throws<InputException>(() => Open(path).Audio(Cancellation));
        Assert.Throws<InputException>(() => Open(path).SaveAudio(_folder["sound.wav"], Cancellation));
        Assert.False(File.Exists(_folder["sound.wav"]));
    }

    [Fact]
    public void A_missing_file_a_folder_and_a_playlist_are_no_clips()
    {
        SampleClips.Counting(_folder["part.mp4"], 3, sound: false);
        var list = _folder.Write("list.mp4", "ffconcat version 1.0\nfile part.mp4\n"u8.ToArray());
        var subtitles = _folder.Write("lines.mp4", "1\n00:00:01,000 --> 00:00:02,000\nhello\n"u8.ToArray());

        Assert.Contains("no such clip", Refusal(_folder["absent.mp4"]), StringComparison.Ordinal);
        Assert.Contains("is a folder", Refusal(_folder.Location), StringComparison.Ordinal);
        Assert.Contains("a playlist", Refusal(list), StringComparison.Ordinal);
        Assert.Contains("neither video nor sound", Refusal(subtitles), StringComparison.Ordinal);
    }

    [Fact]
    public void A_playlist_does_not_reach_the_network()
    {
        var list = _folder.Write("list.mp4",
            "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:5,\nhttp://127.0.0.1:1/x.ts\n#EXT-X-ENDLIST\n"u8.ToArray());

        Assert.Contains("not on whitelist", Refusal(list), StringComparison.Ordinal);
    }

    private static ClipReader Open(string path) =>
        ClipReader.Open(path, Ffmpeg.Require(), cancellation: Cancellation);

    private static string Refusal(string path)
    {
        var message = Assert.Throws<InputException>(() => Open(path)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        return message;
    }

    private void AssertNamedOrRight(string original, string damage)
    {
        var path = _folder.Write("damaged.mp4", ClipDamage.Recipes[damage](File.ReadAllBytes(original)));
        var sound = _folder["sound.wav"];
        List<RgbImage>? frames = null;
        long samples = -1;
        ClipReader? clip = null;

        if (IsRead(path, () => clip = Open(path)))
        {
            var video = clip!.Info.Video;
            IsRead(path, () => frames = [.. clip.AllFrames(Cancellation).Take(200)]);
            Assert.All(frames ?? [], frame => Assert.Equal((video!.Width, video.Height), (frame.Width, frame.Height)));
            // What one way of reading gives, the other gives too.
            if (frames is not null && video is not null)
                Assert.Equal(frames[^1].Pixels, clip.Frames([frames.Count - 1], Cancellation)[0].Pixels);
            if (IsRead(path, () => samples = clip.SaveAudio(sound, Cancellation)))
                Assert.Equal(samples, WavFile.Read(sound).Samples.Length);
        }

        if (damage == "noise behind")
        {
            Assert.Equal(Open(original).AllFrames(Cancellation).Count(), frames!.Count);
            Assert.Equal(Open(original).Audio(Cancellation).Samples.Length, samples);
        }

        Assert.Equal(samples >= 0, File.Exists(sound));
        Assert.DoesNotContain(
            Directory.GetFiles(_folder.Location), file => Path.GetExtension(file) is not (".mp4" or ".wav"));
        Ffmpeg.AssertNoneRunsOn(_folder.Location);
    }

    private static bool IsRead(string path, Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (InputException e)
        {
            Assert.StartsWith($"{path}: ", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
            TestContext.Current.TestOutputHelper?.WriteLine(e.Message);
            return false;
        }
    }
}
