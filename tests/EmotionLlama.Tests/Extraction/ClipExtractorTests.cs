using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Extraction;
using EmotionLlama.Media;
using EmotionLlama.Media.Clips;
using EmotionLlama.Tests.Media.Clips;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Extraction;

/// <summary>What is made of one clip is what the encoders make of its frames and sound.</summary>
public sealed class ClipExtractorTests(ToyEncoders encoders, WholeClip whole) : IClassFixture<WholeClip>, IDisposable
{
    // Frame n of these clips is brighter than the one before it.
    private const int Frames = 30;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_features_are_those_of_the_encoders_read_one_by_one()
    {
        var clip = ClipReader.Open(whole.Path, Ffmpeg.Require(), cancellation: Cancellation);
        using var hubert = EncoderFactory.OpenHubert(encoders.Features.Hubert!, CPU);
        using var face = EncoderFactory.OpenVitMae(encoders.Features.FaceMae!, CPU);
        using var video = EncoderFactory.OpenVideoMae(encoders.Features.VideoMae!, CPU);

        var made = Extract(encoders.Features, whole.Path);

        AssertNear(hubert.Encode(clip.Audio(Cancellation)), made.Voice);
        AssertNear(face.Encode(clip.AllFrames(Cancellation), cancellation: Cancellation), made.FaceMae);
        AssertNear(video.Encode(clip.SegmentFrames(cancellation: Cancellation)), made.VideoMae);
        Assert.Equal(0, SampleClips.NumberOf(made.Frame!));
        Assert.Equal(3, made.Duration!.Value.TotalSeconds, 0.2);
    }

    [Theory]
    [InlineData("first", 0)]
    [InlineData("middle", Frames / 2)]
    [InlineData("7", 7)]
    public void The_frame_is_the_one_that_is_asked_for(string rule, int expected)
    {
        var alone = Extract(new FeaturesRecipe { Frame = rule }, whole.Path);
        var besideFaces = Extract(encoders.Features with { Frame = rule }, whole.Path);

        Assert.Equal(expected, SampleClips.NumberOf(alone.Frame!));
        Assert.Equal(alone.Frame!.Pixels, besideFaces.Frame!.Pixels);
        Assert.Null(alone.Voice ?? alone.FaceMae ?? alone.VideoMae);
    }

    [Fact]
    public void A_frame_that_the_clip_does_not_have_is_refused_with_their_number()
    {
        Assert.Contains(
            "frame 30 was asked for; the clip has 30: 0 to 29",
            Refusal(encoders.Features with { Frame = "30" }, whole.Path), StringComparison.Ordinal);
        Assert.Contains(
            "frame 30 was asked for; the clip has 30: 0 to 29",
            Refusal(new FeaturesRecipe { Frame = "30" }, whole.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void The_peak_and_the_face_come_from_OpenFace()
    {
        WriteTable("whole", frame => (X: 20, Found: true, Intensity: frame == 12 ? 3 : 1));
        var features = encoders.Features with { Frame = "peak", OpenfacePath = _folder.Location };
        var clip = ClipReader.Open(whole.Path, Ffmpeg.Require(), cancellation: Cancellation);
        using var face = EncoderFactory.OpenVitMae(features.FaceMae!, CPU);

        var made = Extract(features, whole.Path);

        // OpenFace counts from 1. The landmarks span 16 x 16 pixels; a quarter of that is left around them.
        Assert.Equal(11, SampleClips.NumberOf(made.Frame!));
        Assert.Equal((SampleClips.Width, SampleClips.Height), (made.Frame!.Width, made.Frame.Height));
        AssertNear(
            face.Encode(
                clip.AllFrames(Cancellation).Select(frame => frame.Crop(16, 6, 24, 24)), cancellation: Cancellation),
            made.FaceMae);
    }

    [Fact]
    public void Frames_without_a_face_do_not_count_and_VideoMAE_looks_where_it_was_last_seen()
    {
        WriteTable("whole", frame => (X: frame <= 20 ? 20 : 30, Found: frame is >= 10 and <= 25, Intensity: 1));
        var features = encoders.Features with { OpenfacePath = _folder.Location };
        var clip = ClipReader.Open(whole.Path, Ffmpeg.Require(), cancellation: Cancellation);
        using var face = EncoderFactory.OpenVitMae(features.FaceMae!, CPU);
        using var video = EncoderFactory.OpenVideoMae(features.VideoMae!, CPU);

        var made = Extract(features, whole.Path);

        var frames = clip.AllFrames(Cancellation).ToList();
        RgbImage Face(int index) => frames[index].Crop(index + 1 <= 20 ? 16 : 26, 6, 24, 24);
        AssertNear(face.Encode(Enumerable.Range(9, 16).Select(Face), cancellation: Cancellation), made.FaceMae);
        AssertNear(
            video.Encode([.. FrameSegments.Indices(Frames).Select(index => Face((int)index))]), made.VideoMae);
    }

    [Fact]
    public void What_OpenFace_does_not_say_is_an_error()
    {
        var features = encoders.Features with { OpenfacePath = _folder.Location };

        Assert.Contains(
            "whole.csv: there is no table of faces for this clip",
            Refusal(features, whole.Path), StringComparison.Ordinal);
        WriteTable("whole", _ => (X: 20, Found: false, Intensity: 1));
        Assert.Contains("found no face in this clip", Refusal(features, whole.Path), StringComparison.Ordinal);
        File.WriteAllText(_folder["whole.csv"], "frame, AU01_r\n1, 2\n2, 3\n");
        Assert.Contains("has no landmarks", Refusal(features, whole.Path), StringComparison.Ordinal);

        // Which are needed for faces, not for the peak; and the other way round.
        var peak = new FeaturesRecipe { Frame = "peak", OpenfacePath = _folder.Location };
        Assert.Equal(1, SampleClips.NumberOf(Extract(peak, whole.Path).Frame!));
        File.WriteAllText(_folder["whole.csv"], "frame, x_0, y_0\n1, 2, 3\n");
        Assert.Contains("has no action units", Refusal(peak, whole.Path), StringComparison.Ordinal);
        Assert.Contains(
            "name a folder of OpenFace tables",
            Assert.Throws<InputException>(() => ClipExtractor.Check(new FeaturesRecipe { Frame = "peak" })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_clip_without_sound_has_no_voice_unless_zeros_will_do()
    {
        var silent = SampleClips.Counting(_folder["silent.mp4"], Frames, sound: false);

        Assert.Contains("it has no sound", Refusal(encoders.Features, silent), StringComparison.Ordinal);

        var made = Extract(encoders.Features with { AllowSilent = true }, silent);
        Assert.Equal(new float[ExtractedClip.FeatureSize], made.Voice);
        Assert.Contains(made.FaceMae!, value => value != 0);
    }

    [Fact]
    public void A_sound_without_pictures_and_one_too_short_are_refused_by_name()
    {
        Ffmpeg.Run("-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", _folder["sound.mp4"]);
        Ffmpeg.Run(
            "-f", "lavfi", "-i", "color=size=32x32:rate=10:duration=1", "-f", "lavfi", "-i",
            "sine=sample_rate=16000:duration=0.02", "-c:v", "mpeg4", "-c:a", "pcm_s16le", _folder["click.mkv"]);

        Assert.StartsWith($"{_folder["sound.mp4"]}: it has no video", Refusal(encoders.Features, _folder["sound.mp4"]),
            StringComparison.Ordinal);
        Assert.StartsWith($"{_folder["click.mkv"]}: the sound has 320 samples; HuBERT needs at least 400",
            Refusal(encoders.Features, _folder["click.mkv"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_clip_of_one_frame_has_features()
    {
        var single = SampleClips.Counting(_folder["single.mp4"], 1);

        var made = Extract(encoders.Features, single);

        Assert.All([.. made.FaceMae!, .. made.VideoMae!, .. made.Voice!], value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void An_encoder_of_another_size_is_refused_before_its_weights_are_read()
    {
        ToyEncoders.WriteHubert(_folder["base"], hidden: 768);
        File.Delete(Path.Combine(_folder["base"], "model.safetensors"));

        var error = Assert.Throws<InputException>(
            () => ClipExtractor.Open(new FeaturesRecipe { Hubert = _folder["base"] }, CPU));

        Assert.Equal(
            $"{_folder["base"]}: its hidden_size is 768, but features have 1024 numbers; name chinese-hubert-large",
            error.Message);
    }

    [Fact]
    public async Task Several_threads_get_what_one_would()
    {
        Ffmpeg.Require();
        using var extractor = ClipExtractor.Open(encoders.Features, CPU);
        var alone = extractor.Extract(whole.Path, extractor.Parts, Cancellation);

        var together = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            Task.Run(() => extractor.Extract(whole.Path, extractor.Parts, Cancellation), Cancellation)));

        Assert.All(together, made =>
        {
            Assert.Equal(alone.Voice, made.Voice);
            Assert.Equal(alone.FaceMae, made.FaceMae);
            Assert.Equal(alone.VideoMae, made.VideoMae);
        });
    }

    private static ExtractedClip Extract(FeaturesRecipe features, string path)
    {
        Ffmpeg.Require();
        using var extractor = ClipExtractor.Open(features, CPU);
        return extractor.Extract(path, extractor.Parts, Cancellation);
    }

    private static string Refusal(FeaturesRecipe features, string path) =>
        Assert.Throws<InputException>(() => Extract(features, path)).Message;

    private static void AssertNear(float[] expected, float[]? ours)
    {
        Assert.NotNull(ours);
        Assert.InRange(expected.Zip(ours, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-5);
    }

    /// <summary>A table of two landmarks, 16 pixels apart either way.</summary>
    private void WriteTable(string name, Func<int, (int X, bool Found, double Intensity)> row) => File.WriteAllLines(
        _folder[name + ".csv"],
        [
            "frame, face_id, timestamp, confidence, success, x_0, x_1, y_0, y_1, AU12_r",
            .. Enumerable.Range(1, Frames).Select(frame =>
            {
                var (x, found, intensity) = row(frame);
                return $"{frame}, 0, 0.0, 0.98, {(found ? 1 : 0)}, {x}, {x + 16}, 10, 26, {intensity}";
            }),
        ]);
}
