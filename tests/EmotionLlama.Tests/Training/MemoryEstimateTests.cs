using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Training;

namespace EmotionLlama.Tests.Training;

/// <summary>About how much memory a step takes.</summary>
public sealed class MemoryEstimateTests
{
    private static readonly LlamaConfig Llama2 = new()
    {
        VocabularySize = 32000,
        HiddenSize = 4096,
        IntermediateSize = 11008,
        Layers = 32,
        Heads = 32,
        KeyValueHeads = 32,
        HeadSize = 128,
    };

    [Fact]
    public void Weights_are_counted_with_what_the_optimizer_keeps_of_them()
    {
        var estimate = Of(new ModelRecipe());

        Assert.Equal(2 * 7_000_000_000, estimate.FrozenBytes);
        Assert.Equal(16 * 60_000_000, estimate.TrainedBytes);
        Assert.Equal(
            estimate.FrozenBytes + estimate.TrainedBytes + estimate.ActivationBytes, estimate.TotalBytes);
    }

    [Fact]
    public void Recomputed_activations_take_a_small_part_of_kept_ones()
    {
        var kept = Of(new ModelRecipe()).ActivationBytes;
        var recomputed = Of(new ModelRecipe { UseGradCheckpoint = GradCheckpoint.Full }).ActivationBytes;

        Assert.InRange((double)recomputed / kept, 0.02, 0.2);
    }

    [Fact]
    public void Twice_the_tokens_take_twice_the_activations() =>
        Assert.Equal(
            2 * Of(new ModelRecipe(), scale: 1).ActivationBytes, Of(new ModelRecipe(), scale: 2).ActivationBytes);

    private static MemoryEstimate Of(ModelRecipe recipe, int scale = 1) => MemoryEstimate.Of(
        Llama2,
        frozenWeights: 7_000_000_000,
        trainedWeights: 60_000_000,
        rowTokens: 500 * scale,
        answerTokens: 100 * scale,
        bytesPerValue: 2,
        recipe);
}
