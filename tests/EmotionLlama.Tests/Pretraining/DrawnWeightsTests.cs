using EmotionLlama.Pretraining;
using EmotionLlama.Tests.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Pretraining;

/// <summary>Random weights of a name are the same whoever draws them, and whatever was drawn before.</summary>
public sealed class DrawnWeightsTests
{
    [Theory]
    [InlineData(DeviceType.CPU)]
    [InlineData(DeviceType.CUDA)]
    public void A_name_has_the_same_values_each_time(DeviceType type)
    {
        if (type == DeviceType.CUDA)
            GpuTests.Need();

        using var scope = NewDisposeScope();
        var device = new Device(type);

        // More than are drawn at once.
        var weights = new DrawnWeights([("a", [5000, 4000]), ("b", [3, 5])], device, ScalarType.BFloat16);

        var first = weights.Read("a");
        var other = weights.Read("b");
        var again = weights.Read("a");

        Assert.True(first.equal(again).all().item<bool>());
        Assert.False(first[0, ..5].equal(other[0]).all().item<bool>());
        Assert.InRange(first.to(ScalarType.Float32).std().item<float>(), 0.019, 0.021);
    }
}
