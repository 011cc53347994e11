using System.Text.Json;
using EmotionLlama.Checkpoints;
using EmotionLlama.Extraction;
using EmotionLlama.Media;
using EmotionLlama.Media.Clips;
using EmotionLlama.Tests.Media.Clips;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Extraction;

/// <summary>Real clips give the frames and sound that the <c>ffmpeg</c> program alone gives, and the features that Pillow
/// and transformers make of these: the numbers of <c>tests/reference/extraction.py</c>.</summary>
public sealed class ExtractionReferenceTests(ToyEncoders encoders)
{
    private static readonly string Folder =
        Path.Combine(SharedData.Repository, "tests", "EmotionLlama.Tests", "Fixtures", "extraction");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Features_of_research_clips_are_those_of_transformers()
    {
        var (media, expected) = Open();
        using var features = SafetensorsFile.Open(Path.Combine(Folder, "features.safetensors"));
        using var extractor = ClipExtractor.Open(encoders.Features, CPU);
        foreach (var clip in expected.EnumerateObject())
        {
            var made = extractor.Extract(Path.Combine(media, clip.Name + ".mp4"), extractor.Parts, Cancellation);
            foreach (var (folder, ours) in
                (IEnumerable<(string, float[])>)
                [("HL-UTT", made.Voice!), ("mae_340_UTT", made.FaceMae!), ("maeV_399_UTT", made.VideoMae!)])
            {
                using var theirs = features.Read($"{clip.Name}.{folder}");
                var distance = Distance(theirs.data<float>().ToArray(), ours);
                TestContext.Current.TestOutputHelper?.WriteLine($"{clip.Name} {folder}: {distance:g3}");
                Assert.InRange(distance, 0, 1e-3);
            }
        }

        // Far from each other, so that no mix-up could pass.
        using var first = features.Read("sample_00000338.mae_340_UTT");
        using var second = features.Read("sample_00005854.mae_340_UTT");
        Assert.True(Distance(first.data<float>().ToArray(), second.data<float>().ToArray()) > 0.05);
    }

    [Fact]
    public void Frames_and_sound_of_research_clips_are_those_of_ffmpeg()
    {
        var (media, expected) = Open();
        foreach (var clip in expected.EnumerateObject())
        {
            var reader = ClipReader.Open(Path.Combine(media, clip.Name + ".mp4"), cancellation: Cancellation);
            Assert.Equal(clip.Value.GetProperty("frames").GetInt64(), reader.CountFrames(Cancellation));
            AssertLooksLike(clip.Value.GetProperty("first"), reader.Frame(FrameChoice.First, Cancellation));
            AssertLooksLike(clip.Value.GetProperty("middle"), reader.Frame(FrameChoice.Middle, Cancellation));

            var sound = reader.Audio(Cancellation);
            Assert.Equal(clip.Value.GetProperty("samples").GetInt32(), sound.Samples.Length);
            Assert.Equal(
                clip.Value.GetProperty("loudness").GetDouble(),
                Math.Sqrt(sound.Samples.Average(sample => (double)sample * sample)),
                1e-4);
            AssertValues(clip.Value, place => sound.Samples[place], 1e-4);
        }
    }

    private static void AssertLooksLike(JsonElement expected, RgbImage frame)
    {
        Assert.Equal(
            (expected.GetProperty("width").GetInt32(), expected.GetProperty("height").GetInt32()),
            (frame.Width, frame.Height));
        Assert.Equal(expected.GetProperty("mean").GetDouble(), frame.Pixels.Average(level => (double)level), 0.5);
        AssertValues(expected, place => frame.Pixels[place], 2);
    }

    private static void AssertValues(JsonElement expected, Func<int, double> ours, double tolerance)
    {
        var places = expected.GetProperty("places").EnumerateArray();
        foreach (var (place, value) in places.Zip(expected.GetProperty("values").EnumerateArray()))
            Assert.InRange(Math.Abs(ours(place.GetInt32()) - value.GetDouble()), 0, tolerance);
    }

    private static double Distance(float[] expected, float[] ours) =>
        expected.Zip(ours, (a, b) => Math.Abs((double)a - b)).Max();

    private static (string Media, JsonElement Clips) Open()
    {
        Ffmpeg.Require();
        var media = SharedData.Require("data", "media");
        var path = Path.Combine(Folder, "clips.json");
        if (!File.Exists(path))
            Assert.Skip("no reference numbers: run tests/reference/extraction.py");

        return (media, JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("clips"));
    }
}
