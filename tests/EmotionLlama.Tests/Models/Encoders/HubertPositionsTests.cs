using EmotionLlama.Models.Encoders;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models.Encoders;

/// <summary>The convolution that stands for positions.</summary>
public sealed class HubertPositionsTests
{
    [Theory]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(1, 1)]
    [InlineData(16, 6)]
    public void It_is_a_grouped_convolution_that_keeps_the_length(int kernel, int groups)
    {
        using var scope = NewDisposeScope();
        var config = TinyEncoders.Large with { PositionKernel = kernel, PositionGroups = groups };
        var weights = TinyEncoders.Weights(config);
        using var positions = new HubertPositions(
            config, TinyEncoders.Read(weights).Under("encoder.pos_conv_embed.conv."));
        var frames = TinyModels.Normal([1, 9, 12], 1, 5);

        var formulas = new EncoderFormulas(weights);
        var expected = EncoderFormulas.Gelu(EncoderFormulas.Convolve(
            frames[0].t(), formulas.PositionKernel(), formulas["encoder.pos_conv_embed.conv.bias"], stride: 1,
            kernel / 2, groups)[.., ..9]).t();

        Assert.InRange(TinyModels.Distance(expected.unsqueeze(0), positions.Forward(frames)), 0, 1e-5);
    }
}
