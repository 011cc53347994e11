using EmotionLlama.Media;
using EmotionLlama.Models.Encoders;
using EmotionLlama.Tests.Media;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models.Encoders;

/// <summary>The video encoder.</summary>
public sealed class VideoMaeEncoderTests
{
    private static VideoMaeConfig Config => TinyEncoders.VideoMae;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_computes_what_the_formulas_say(bool finalNorm)
    {
        using var scope = NewDisposeScope();
        var config = Config with { FinalNorm = finalNorm };
        using var encoder = Create(config);
        var video = TinyModels.Normal([4, 3, 8, 8], 1, 9);
        var formulas = new EncoderFormulas(TinyEncoders.Weights(config));

        var kernel = formulas["embeddings.patch_embeddings.projection.weight"].flatten(1);
        var tokens = new List<Tensor>();
        for (var time = 0; time < 4; time += 2)
        {
            for (var y = 0; y < 8; y += 4)
            {
                for (var x = 0; x < 8; x += 4)
                {
                    var tubelet = video[time..(time + 2), .., y..(y + 4), x..(x + 4)].transpose(0, 1).flatten();
                    tokens.Add(kernel.mv(tubelet) + formulas["embeddings.patch_embeddings.projection.bias"]);
                }
            }
        }

        var hidden = stack(tokens) + VideoMaeEncoder.SinusoidalPositions(8, 12);
        for (var i = 0; i < config.Layers; i++)
            hidden = formulas.VisionLayer(config, hidden, $"encoder.layer.{i}.");

        var expected = finalNorm ? formulas.Norm(hidden, "layernorm", config.NormEpsilon) : hidden;
        Assert.InRange(TinyModels.Distance(expected.unsqueeze(0), encoder.Forward(video.unsqueeze(0))), 0, 2e-5);
    }

    [Fact]
    public void Positions_are_sines_and_cosines_of_growing_wavelength()
    {
        using var scope = NewDisposeScope();
        var positions = VideoMaeEncoder.SinusoidalPositions(50, 6);

        Assert.Equal([50, 6], positions.shape);
        foreach (var (token, channel) in new[] { (0, 0), (0, 1), (7, 0), (7, 1), (49, 2), (49, 3), (31, 4), (31, 5) })
        {
            var angle = token / Math.Pow(10_000, channel / 2 * 2 / 6.0);
            Assert.Equal(
                channel % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle), positions[token, channel].item<float>(), 1e-6);
        }
    }

    [Fact]
    public void Videos_of_a_batch_do_not_see_each_other()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create(Config);
        var videos = TinyModels.Normal([2, 4, 3, 8, 8], 1, 9);

        var together = encoder.Forward(videos);

        Assert.InRange(TinyModels.Distance(encoder.Forward(videos[..1]), together[..1]), 0, 1e-5);
        Assert.InRange(TinyModels.Distance(encoder.Forward(videos[1..]), together[1..]), 0, 1e-5);
    }

    [Fact]
    public void The_feature_of_a_clip_is_the_mean_of_its_tokens()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create(Config);
        RgbImage[] frames = [.. Enumerable.Range(0, 4).Select(i => Pictures.Noise(10 + i, 9))];
        var pixels = stack(frames.Select(ImageProcessor.ForEncoders(8).Process)).unsqueeze(0);

        Assert.InRange(
            TinyModels.Distance(encoder.Forward(pixels)[0].mean([0]), tensor(encoder.Encode(frames))), 0, 1e-6);
    }

    [Fact]
    public void Another_number_of_frames_and_another_size_are_refused()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create(Config);

        Assert.Throws<ArgumentException>(() => encoder.Encode([Pictures.Noise(8, 8)]));
        Assert.Throws<ArgumentException>(() => encoder.Forward(zeros([1, 3, 3, 8, 8])));
        Assert.Throws<ArgumentException>(() => encoder.Forward(zeros([1, 4, 3, 4, 8])));
    }

    private static VideoMaeEncoder Create(VideoMaeConfig config) =>
        new(config, TinyEncoders.Read(TinyEncoders.Weights(config)));
}
