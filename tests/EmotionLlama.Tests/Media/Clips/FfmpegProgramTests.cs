using EmotionLlama.Media.Clips;

namespace EmotionLlama.Tests.Media.Clips;

/// <summary>Finding and running the programs. No other test may start a process meanwhile: it would inherit a script that is
/// being written, and Linux runs no file that is open for writing.</summary>
[Collection(SharedGenerator.Name)]
public sealed class FfmpegProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_programs_are_found_with_their_version()
    {
        var program = Ffmpeg.Require();

        Assert.True(File.Exists(program.Ffmpeg));
        Assert.True(File.Exists(program.Ffprobe));
        Assert.Contains(program.Version, c => char.IsAsciiDigit(c));
    }

    [Fact]
    public void A_missing_program_comes_with_the_line_that_installs_it()
    {
        var message = Assert.Throws<InputException>(() => FfmpegProgram.Find(_folder.Location)).Message;

        Assert.StartsWith(_folder.Location, message, StringComparison.Ordinal);
        Assert.Contains("apt-get install -y ffmpeg", message, StringComparison.Ordinal);
        Assert.Contains(FfmpegProgram.PathVariable, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_is_something_else_is_refused()
    {
        Script("ffmpeg", "echo hello");
        Script("ffprobe", "echo hello");

        var message = Assert.Throws<InputException>(() => FfmpegProgram.Find(_folder["ffmpeg"])).Message;

        Assert.Contains("-version", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4.3.2", "-vsync")]
    [InlineData("5.1.9-0+deb12u1", "-fps_mode")]
    [InlineData("n7.1", "-fps_mode")]
    [InlineData("N-109469-g62da0b4a74", "-fps_mode")]
    [InlineData("2025-01-01-git-abc", "-fps_mode")]
    public void Every_version_is_asked_for_every_frame_in_its_own_words(string version, string expected)
    {
        Script("ffmpeg", $"echo 'ffmpeg version {version} Copyright'");
        Script("ffprobe", "exit 0");

        var program = FfmpegProgram.Find(_folder.Location);

        Assert.Equal(version, program.Version);
        Assert.Equal(expected, program.EveryFrame[0]);
    }

    [Fact]
    public void A_program_that_hangs_is_stopped_with_what_it_started()
    {
        var program = Fake($"sh -c 'sleep 600; :' '{_folder.Location}' & wait");
        var clip = _folder.Write("clip.mp4", new byte[100]);

        var message = Assert.Throws<InputException>(() => ClipReader.Open(
            clip, program, new ClipOptions { Patience = TimeSpan.FromSeconds(0.3) }, Cancellation)).Message;

        Assert.StartsWith($"{clip}: ffprobe was stopped after 0.3 s", message, StringComparison.Ordinal);
        Ffmpeg.AssertNoneRunsOn(_folder.Location);
    }

    [Fact]
    public void Cancelling_stops_a_program()
    {
        var program = Fake("exec sleep 600");
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(0.3));

        Assert.ThrowsAny<OperationCanceledException>(() => ClipReader.Open(
            _folder.Write("clip.mp4", new byte[100]), program, cancellation: cancellation.Token));
        Ffmpeg.AssertNoneRunsOn(_folder.Location);
    }

    [Fact]
    public void A_flood_of_messages_becomes_one_short_line()
    {
        var program = Fake("""
            i=0
            while [ $i -lt 20000 ]; do echo "[h264 @ 0x55d4] damage number $i in this clip" >&2; i=$((i+1)); done
            exit 1
            """);
        var clip = _folder.Write("clip.mp4", new byte[100]);

        var message = Assert.Throws<InputException>(
            () => ClipReader.Open(clip, program, cancellation: Cancellation)).Message;

        Assert.Equal(
            $"{clip}: not a clip, or a damaged one: damage number 0 in this clip; damage number 1 in this clip; "
                + "copy it again",
            message);
    }

    [Fact]
    public void A_program_that_crashes_is_named()
    {
        var program = Fake("kill -SEGV $$");
        var clip = _folder.Write("clip.mp4", new byte[100]);

        var message = Assert.Throws<InputException>(
            () => ClipReader.Open(clip, program, cancellation: Cancellation)).Message;

        Assert.Contains("ffprobe was ended by signal 11", message, StringComparison.Ordinal);
    }

    /// <summary>An <c>ffmpeg</c> that knows its version and an <c>ffprobe</c> that does as told.</summary>
    private FfmpegProgram Fake(string body)
    {
        Script("ffmpeg", "echo 'ffmpeg version 6.0 Copyright'");
        Script("ffprobe", body);
        return FfmpegProgram.Find(_folder.Location);
    }

    private void Script(string name, string body)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("the stand-in programs are shell scripts");
        else
        {
            File.WriteAllText(_folder[name], $"#!/bin/sh\n{body}\n");
            File.SetUnixFileMode(_folder[name], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }
}
