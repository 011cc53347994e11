using EmotionLlama.Media;

namespace EmotionLlama.Tests.Media;

/// <summary>Sound files.</summary>
public sealed class WavFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_what_is_read()
    {
        WavFile.Write(_folder["tone.wav"], new Waveform(16000, [0, 0.5f, -1, 0.25f]));

        var read = WavFile.Read(_folder["tone.wav"]);

        Assert.Equal(16000, read.SampleRate);
        Assert.Equal([0, 0.5f, -1, 0.25f], read.Samples);
    }

    [Fact]
    public void Samples_that_are_too_loud_are_clipped()
    {
        WavFile.Write(_folder["loud.wav"], new Waveform(8000, [3, -3]));

        Assert.Equal([32767 / 32768f, -1], WavFile.Read(_folder["loud.wav"]).Samples);
    }

    [Fact]
    public void A_sound_in_blocks_is_the_file_of_the_whole()
    {
        WavFile.Write(_folder["whole.wav"], new Waveform(16000, [0.5f, -0.5f, 0.25f]));

        var samples = WavFile.Write(_folder["blocks.wav"], 16000, [[16384, -16384], [], [8192]]);

        Assert.Equal(3, samples);
        Assert.Equal(File.ReadAllBytes(_folder["whole.wav"]), File.ReadAllBytes(_folder["blocks.wav"]));
    }

    [Fact]
    public void Blocks_that_break_off_leave_no_file()
    {
        Assert.Throws<InputException>(() => WavFile.Write(_folder["broken.wav"], 16000, Broken()));
        Assert.Empty(Directory.GetFiles(_folder.Location));

        static IEnumerable<short[]> Broken()
        {
            yield return [1, 2];
            throw new InputException("clip.mp4: damaged");
        }
    }

    [Fact]
    public void Other_chunks_and_an_unknown_length_are_passed_over()
    {
        var plain = Plain();
        byte[] streamed =
        [
            .. plain.AsSpan(0, 36), .. "LIST"u8, 3, 0, 0, 0, 1, 2, 3, 0,
            .. "data"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. plain.AsSpan(44),
        ];

        Assert.Equal([0.5f, -0.5f], WavFile.Read(_folder.Write("streamed.wav", streamed)).Samples);
    }

    [Fact]
    public void A_cut_off_file_is_called_truncated()
    {
        Assert.Contains("truncated", Refusal(Plain()[..46]), StringComparison.Ordinal);
        Assert.Contains("no samples", Refusal(Plain()[..36]), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_kinds_of_sound_are_refused_with_a_way_out()
    {
        var stereo = Plain();
        stereo[22] = 2;
        var floating = Plain();
        floating[20] = 3;

        Assert.Contains("2 channels", Refusal(stereo), StringComparison.Ordinal);
        Assert.Contains("encoding 3", Refusal(floating), StringComparison.Ordinal);
        Assert.Contains("ffmpeg", Refusal("ID3 not a WAV file"u8.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named() => Assert.Contains("absent.wav",
        Assert.Throws<InputException>(() => WavFile.Read(_folder["absent.wav"])).Message, StringComparison.Ordinal);

    private byte[] Plain()
    {
        WavFile.Write(_folder["plain.wav"], new Waveform(16000, [0.5f, -0.5f]));
        return File.ReadAllBytes(_folder["plain.wav"]);
    }

    private string Refusal(byte[] bytes)
    {
        var path = _folder.Write("refused.wav", bytes);
        var message = Assert.Throws<InputException>(() => WavFile.Read(path)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        return message;
    }

    [Fact]
    public void In_memory_a_file_has_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        short[] samples = [0, 1, -1, short.MaxValue, short.MinValue];

        WavFile.Write(folder["a.wav"], 16_000, [samples]);

        Assert.Equal(File.ReadAllBytes(folder["a.wav"]), WavFile.ToBytes(16_000, samples));
    }
}
