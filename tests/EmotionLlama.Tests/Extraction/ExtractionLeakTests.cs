using EmotionLlama.Extraction;
using EmotionLlama.Tests.Media.Clips;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Extraction;

/// <summary>Extraction holds no tensor longer than it needs it.</summary>
[Collection(SharedGenerator.Name)]
public sealed class ExtractionLeakTests(ToyEncoders encoders, WholeClip whole) : IClassFixture<WholeClip>
{
    [Fact]
    public void No_tensor_is_left_behind_by_a_clip_that_is_read_or_refused()
    {
        var cancellation = TestContext.Current.CancellationToken;
        Ffmpeg.Require();
        var features = encoders.Features;
        var clip = whole.Path;
        var before = LiveTensors.CountBefore();
        using (var extractor = ClipExtractor.Open(features, CPU))
        {
            var loaded = LiveTensors.Count;
            extractor.Extract(clip, extractor.Parts, cancellation);
            Assert.Throws<InputException>(() => extractor.Extract(clip + ".absent", extractor.Parts, cancellation));
            Assert.Equal(loaded, LiveTensors.Count);
        }

        Assert.Equal(before, LiveTensors.Count);
    }

    [Fact]
    public void Encoders_outlive_the_scope_in_which_they_were_loaded()
    {
        Ffmpeg.Require();
        ClipExtractor extractor;
        using (NewDisposeScope())
            extractor = ClipExtractor.Open(encoders.Features, CPU);

        using (extractor)
            Assert.NotNull(extractor.Extract(whole.Path, extractor.Parts, TestContext.Current.CancellationToken).Voice);
    }
}
