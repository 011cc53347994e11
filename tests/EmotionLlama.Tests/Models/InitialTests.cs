using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

[Collection(SharedGenerator.Name)]
public sealed class InitialTests
{
    [Fact]
    public void A_fresh_weight_is_uniform_within_its_bound_and_leaves_nothing_else_behind()
    {
        var before = LiveTensors.CountBefore();

        var weight = Initial.LinearWeight(outputs: 200, inputs: 100, CPU);

        Assert.Equal(before + 1, LiveTensors.Count);
        var values = weight.data<float>().ToArray();
        weight.Dispose();
        Assert.All(values, value => Assert.InRange(value, -0.1f, 0.1f));
        Assert.InRange(values.Max(), 0.099f, 0.1f);
        Assert.InRange(values.Min(), -0.1f, -0.099f);
    }
}
