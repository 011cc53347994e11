using EmotionLlama.Models;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

/// <summary>LoRA matrices that become part of the frozen weights.</summary>
public sealed class LoraMergeTests
{
    [Theory]
    [InlineData(ScalarType.Float32, 1e-5)]
    [InlineData(ScalarType.BFloat16, 0.1)]
    public void A_merged_model_computes_the_same(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var llama = TinyModels.CreateLlama(
            TinyModels.Config,
            new LoraSettings { Rank = 4, Dropout = 0, Targets = LoraSettings.AllTargets },
            type);
        using var plain = TinyModels.CreateLlama(TinyModels.Config, new LoraSettings { Rank = 0 }, type);
        var x = TinyModels.Normal([5, TinyModels.Config.HiddenSize], 1, 3).to(type);
        var layout = SequenceLayout.Create([5], CPU);
        var before = llama.Logits(llama.Forward(x, layout)).to(ScalarType.Float32);

        llama.MergeLora();

        var after = llama.Logits(llama.Forward(x, layout)).to(ScalarType.Float32);
        var without = plain.Logits(plain.Forward(x, layout)).to(ScalarType.Float32);
        var scale = before.abs().max().item<float>();
        Assert.Empty(llama.LoraParameters);
        Assert.InRange((before - after).abs().max().item<float>() / scale, 0, tolerance);
        Assert.True((before - without).abs().max().item<float>() / scale > 2 * tolerance, "the updates do nothing");
    }
}
