using EmotionLlama.Checkpoints;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints;

public sealed class InMemoryWeightsTests
{
    [Fact]
    public void A_tensor_read_may_be_disposed_and_read_again()
    {
        using var weights = new InMemoryWeights("here") { { "a", arange(3) } };

        for (var i = 0; i < 2; i++)
        {
            using var read = weights.Read("a");
            Assert.Equal(3, read.numel());
        }

        Assert.Equal("here", weights.Location);
        Refusal.Says("here: has no tensor `b`", () => weights.Read("b"));
    }

    [Fact]
    public void Its_tensors_live_until_it_is_disposed_and_no_longer()
    {
        Tensor kept;
        InMemoryWeights weights;
        using (NewDisposeScope())
        {
            kept = ones(2);
            weights = new InMemoryWeights(new Dictionary<string, Tensor> { ["a"] = kept });
        }

        Assert.False(kept.IsInvalid);
        weights.Dispose();
        Assert.True(kept.IsInvalid);
    }

    [Fact]
    public void All_tensors_of_another_source_can_be_taken_into_memory()
    {
        using var first = new InMemoryWeights("first") { { "a", arange(3) }, { "b", ones(1) } };

        using var second = InMemoryWeights.ReadAll(first);

        Assert.Equal("first", second.Location);
        Assert.Equal(["a", "b"], second.Names);
        Assert.Equal([3], second.ShapeOf("a"));
    }

    [Fact]
    public void A_tensor_with_a_gradient_is_read_without()
    {
        using var weights = new InMemoryWeights { { "a", ones(1, requires_grad: true) } };

        using var read = weights.Read("a");
        Assert.False(read.requires_grad);
    }
}
