using EmotionLlama.Media;
using EmotionLlama.Media.Clips;

namespace EmotionLlama.Tests.Media.Clips;

/// <summary>Frames and sound of whole clips.</summary>
public sealed class ClipReaderTests(WholeClip whole) : IClassFixture<WholeClip>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Ffmpeg.AssertNoneRunsOn(_folder.Location);
        _folder.Dispose();
    }

    [Fact]
    public void A_clip_says_what_it_is()
    {
        var info = Open(whole.Path).Info;

        Assert.Equal((SampleClips.Width, SampleClips.Height), (info.Video!.Width, info.Video.Height));
        Assert.Equal(0, info.Video.Rotation);
        Assert.Equal(10, info.Video.FramesPerSecond);
        Assert.Equal(30, info.Video.DeclaredFrames);
        Assert.Equal(("aac", 44100, 2), (info.Sound!.Codec, info.Sound.SampleRate, info.Sound.Channels));
        Assert.InRange(info.Duration!.Value.TotalSeconds, 2.95, 3.1);
    }

    [Fact]
    public void Frames_come_by_their_numbers_in_the_order_asked_for()
    {
        var clip = Open(SampleClips.Counting(_folder["clip.mkv"], 40));

        Assert.Equal(40, clip.CountFrames(Cancellation));
        Assert.Equal(0, SampleClips.NumberOf(clip.Frame(FrameChoice.First, Cancellation)));
        Assert.Equal(20, SampleClips.NumberOf(clip.Frame(FrameChoice.Middle, Cancellation)));
        Assert.Equal(33, SampleClips.NumberOf(clip.Frame(FrameChoice.Peak(33), Cancellation)));
        Assert.Equal([39, 5, 5, 0, 6], clip.Frames([39, 5, 5, 0, 6], Cancellation).Select(SampleClips.NumberOf));
        Assert.Equal(
            FrameSegments.Indices(40),
            clip.SegmentFrames(cancellation: Cancellation).Select(frame => (long)SampleClips.NumberOf(frame)));
        Assert.Equal(Enumerable.Range(0, 40), clip.AllFrames(Cancellation).Select(SampleClips.NumberOf));
    }

    [Fact]
    public void A_frame_beyond_the_end_is_refused_with_the_number_of_frames()
    {
        var path = SampleClips.Counting(_folder["clip.mp4"], 8, sound: false);

        Assert.Equal(
            $"{path}: frame 8 was asked for; the clip has 8: 0 to 7",
            Refusal(() => Open(path).Frames([1, 8], Cancellation)));
    }

    [Fact]
    public void More_separate_frames_than_one_filter_holds_are_picked_from_the_stream()
    {
        Ffmpeg.Run("-f", "lavfi", "-i", "testsrc=size=32x32:rate=25:duration=8", "-c:v", "mpeg4", _folder["many.avi"]);
        var clip = Open(_folder["many.avi"]);
        var all = clip.AllFrames(Cancellation).ToList();
        var even = Enumerable.Range(0, 100).Select(index => 2L * index).ToList();

        var taken = clip.Frames(even, Cancellation);

        Assert.All(even.Zip(taken), pair => Assert.Equal(all[(int)pair.First].Pixels, pair.Second.Pixels));
    }

    [Fact]
    public void Frames_and_sound_are_those_of_the_plain_command()
    {
        Ffmpeg.Run(
            "-f", "lavfi", "-i", "testsrc2=size=100x80:rate=25:duration=1", "-f", "lavfi", "-i", "sine=b=4:d=1", "-ac",
            "2", "-c:v", "mpeg4", _folder["clip.mp4"]);

        AssertAsPlainCommand(_folder["clip.mp4"]);
    }

    [Theory]
    [InlineData("sample_00000338.mp4", 114)]
    [InlineData("sample_00002422.mp4", 42)]
    [InlineData("sample_00005854.mp4", 49)]
    public void The_research_clips_read_as_with_the_plain_command(string name, int frames)
    {
        var path = SharedData.Require("data", "media", name);

        AssertAsPlainCommand(path);
        Assert.Equal(frames, Open(path).CountFrames(Cancellation));
    }

    [Fact]
    public void A_clip_on_its_side_comes_upright()
    {
        Ffmpeg.Run(
            "-f", "lavfi", "-i", "color=black:size=64x48:rate=10:duration=0.5,drawbox=0:0:32:48:white:fill",
            "-c:v", "mpeg4", "-q:v", "1", _folder["turned.mp4"]);
        SampleClips.TurnByAQuarter(_folder["turned.mp4"]);

        var clip = Open(_folder["turned.mp4"]);
        var frame = clip.Frame(FrameChoice.First, Cancellation);

        Assert.Equal((48, 64, 90), (clip.Info.Video!.Width, clip.Info.Video.Height, clip.Info.Video.Rotation));
        Assert.Equal((48, 64), (frame.Width, frame.Height));
        // The stored left half, turned clockwise, is the upper one.
        Assert.True(frame.Pixels[(5 * 48 + 24) * 3] > 200 && frame.Pixels[(58 * 48 + 24) * 3] < 50);
    }

    [Fact]
    public void Frames_of_a_variable_rate_are_counted_as_they_are_decoded()
    {
        var program = Ffmpeg.Require();
        var path = SampleClips.Counting(
            _folder["variable.mkv"], 20, sound: false,
            ["-vf", "setpts=(N+N*N/4)/10/TB", .. program.EveryFrame]);

        var numbers = Open(path).AllFrames(Cancellation).Select(SampleClips.NumberOf).ToList();

        Assert.Equal(Enumerable.Range(0, numbers.Count), numbers);
        Assert.Equal(20, numbers.Count);
    }

    [Fact]
    public void A_clip_that_changes_its_size_keeps_its_count_and_the_size_of_its_first_frame()
    {
        foreach (var size in (string[])["64x48", "96x80"])
        {
            Ffmpeg.Run(
                "-f", "lavfi", "-i", $"testsrc=size={size}:rate=25:duration=1", "-c:v", "mpeg2video",
                _folder[$"{size}.m2v"]);
        }

        File.WriteAllBytes(
            _folder["change.m2v"],
            [.. File.ReadAllBytes(_folder["64x48.m2v"]), .. File.ReadAllBytes(_folder["96x80.m2v"])]);
        var clip = Open(_folder["change.m2v"]);

        var all = clip.AllFrames(Cancellation).ToList();
        var late = clip.Frames([3, 40], Cancellation);

        Assert.Equal(clip.CountFrames(Cancellation), all.Count);
        Assert.All(all, frame => Assert.Equal((64, 48), (frame.Width, frame.Height)));
        Assert.Equal(all[3].Pixels, late[0].Pixels);
        Assert.Equal(all[40].Pixels, late[1].Pixels);
    }

    [Fact]
    public void A_clip_of_one_frame_has_it_everywhere()
    {
        var clip = Open(SampleClips.Counting(_folder["one.mp4"], 1, sound: false));

        Assert.Equal(1, clip.CountFrames(Cancellation));
        Assert.Equal(
            clip.Frame(FrameChoice.First, Cancellation).Pixels, clip.Frame(FrameChoice.Middle, Cancellation).Pixels);
        Assert.Equal(16, clip.SegmentFrames(cancellation: Cancellation).Count);
    }

    [Fact]
    public void A_clip_without_sound_gives_none_or_says_so()
    {
        var path = SampleClips.Counting(_folder["silent.mp4"], 5, sound: false);
        var clip = Open(path);

        Assert.False(clip.Info.HasAudio);
        Assert.Null(clip.AudioOrNull(Cancellation));
        Assert.Contains("no sound", Refusal(() => clip.Audio(Cancellation)), StringComparison.Ordinal);
        Assert.Contains(
            "no sound", Refusal(() => clip.SaveAudio(_folder["a.wav"], Cancellation)), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["a.wav"]));
    }

    [Fact]
    public void Sound_without_video_gives_sound_and_says_so()
    {
        Ffmpeg.Run("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=2", _folder["sound.wav"]);
        var clip = Open(_folder["sound.wav"]);

        Assert.False(clip.Info.HasVideo);
        Assert.Equal(2 * 16000, clip.Audio(Cancellation).Samples.Length);
        Assert.Contains(
            "no video", Refusal(() => clip.Frame(FrameChoice.First, Cancellation)), StringComparison.Ordinal);
        Assert.Contains("no video", Refusal(() => clip.CountFrames(Cancellation)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_sound_that_is_saved_is_the_sound_that_is_read()
    {
        var clip = Open(whole.Path);
        var sound = clip.Audio(Cancellation);

        var written = clip.SaveAudio(_folder["sound.wav"], Cancellation);

        Assert.Equal(sound.Samples.Length, written);
        Assert.Equal(sound.Samples, WavFile.Read(_folder["sound.wav"]).Samples);
        Assert.Equal(written, clip.AudioBlocks(Cancellation).Sum(block => (long)block.Length));
    }

    [Fact]
    public void A_very_long_clip_is_read_frame_by_frame_and_can_be_left_early()
    {
        Ffmpeg.Run(
            "-f", "lavfi", "-i", "color=gray:size=16x16:rate=5:duration=3600", "-f", "lavfi", "-i",
            "anullsrc=sample_rate=8000:channel_layout=mono", "-shortest", "-c:v", "mpeg4", "-g", "300", "-c:a", "flac",
            _folder["long.mkv"]);
        var clip = Open(_folder["long.mkv"]);

        Assert.Equal(3600, clip.Info.Duration!.Value.TotalSeconds, 1);
        Assert.Equal(3, clip.AllFrames(Cancellation).Take(3).Count());
        Assert.Equal(16, clip.Frame(FrameChoice.Index(30), Cancellation).Width);
        Assert.Single(clip.AudioBlocks(Cancellation).Take(1));
        Assert.Equal(18000, clip.CountFrames(Cancellation));
        Assert.InRange(clip.AudioBlocks(Cancellation).Sum(block => (long)block.Length), 3599 * 16000, 3601 * 16000);
    }

    [Theory]
    [InlineData("-y.mp4")]
    [InlineData("a:b.mp4")]
    [InlineData("concat:x|y.mp4")]
    [InlineData("http:host.mp4")]
    [InlineData("100%03d.mp4")]
    [InlineData("it's $(touch pwned) `touch pwned`; \"x\".mp4")]
    [InlineData("two\nlines.mp4")]
    [InlineData("no extension")]
    [InlineData("picture.png")]
    public void No_name_of_a_file_is_taken_for_anything_else(string name)
    {
        File.Copy(whole.Path, _folder[name]);

        Assert.Equal(30, Open(_folder[name]).CountFrames(Cancellation));
        Assert.Equal([_folder[name]], Directory.GetFiles(_folder.Location));
    }

    [Fact]
    public void A_relative_name_reaches_ffmpeg_as_a_whole_path()
    {
        Assert.Equal("file:" + Path.GetFullPath("-i.mp4"), ClipFile.Url("-i.mp4"));
        Assert.StartsWith("file:", ClipFile.Url("http://host/x.mp4"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_is_a_clip_of_one_frame()
    {
        var picture = Pictures.Noise(20, 10);
        picture.SavePng(_folder["picture.png"]);

        Assert.Equal(picture.Pixels, Assert.Single(Open(_folder["picture.png"]).AllFrames(Cancellation)).Pixels);
    }

    private static ClipReader Open(string path) =>
        ClipReader.Open(path, Ffmpeg.Require(), cancellation: Cancellation);

    private string Refusal(Func<object?> read)
    {
        var message = Assert.Throws<InputException>(() => read()).Message;
        Assert.StartsWith(_folder.Location, message, StringComparison.Ordinal);
        return message;
    }

    private void AssertAsPlainCommand(string path)
    {
        Ffmpeg.Run("-i", path, "-frames:v", "2", "-pix_fmt", "rgb24", _folder["plain%d.png"]);
        Ffmpeg.Run("-i", path, "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le", _folder["plain.wav"]);
        var clip = Open(path);

        Assert.Equal(
            ImageLoader.Load(_folder["plain2.png"]).Pixels, clip.Frame(FrameChoice.Index(1), Cancellation).Pixels);
        Assert.Equal(WavFile.Read(_folder["plain.wav"]).Samples, clip.Audio(Cancellation).Samples);
    }
}
