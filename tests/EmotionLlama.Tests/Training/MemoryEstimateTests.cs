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
        Assert.Equal(18 * 60_000_000, estimate.TrainedBytes);
        Assert.Equal(
            estimate.FrozenBytes + estimate.TrainedBytes + estimate.ActivationBytes, estimate.TotalBytes);
    }

    [Fact]
    public void Frozen_matrices_take_what_their_format_takes()
    {
        const long matrices = 32L * 4096 * ((4 * 4096) + (3 * 11008));
        const long rest = 7_000_000_000 - matrices;

        // 8 bits, once for each way.
        Assert.Equal(2 * 7_000_000_000, Of(new ModelRecipe { FrozenWeights = FrozenFormat.Fp8 }).FrozenBytes);

        // 4.127 bits, and the largest matrix in 16.
        var quarter = Of(new ModelRecipe { FrozenWeights = FrozenFormat.Nf4 }).FrozenBytes;
        Assert.InRange(quarter - (2 * rest) - (2L * 2 * 4096 * 11008), matrices * 0.5158, matrices * 0.5160);
    }

    [Fact]
    public void CUDA_itself_takes_memory_on_a_GPU()
    {
        Assert.Equal(0, Of(new ModelRecipe()).DeviceBytes);
        Assert.InRange(Of(new ModelRecipe(), onGpu: true).DeviceBytes, 1L << 29, 1L << 30);
    }

    [Fact]
    public void Recomputed_activations_take_a_small_part_of_kept_ones()
    {
        var kept = Of(new ModelRecipe()).ActivationBytes;
        var recomputed = Of(new ModelRecipe { UseGradCheckpoint = GradCheckpoint.Full }).ActivationBytes;

        Assert.InRange((double)recomputed / kept, 0.02, 0.2);
    }

    [Fact]
    public void Selective_checkpointing_lies_between_both()
    {
        var kept = Of(new ModelRecipe()).ActivationBytes;
        var selective = Of(new ModelRecipe { UseGradCheckpoint = GradCheckpoint.Selective }).ActivationBytes;

        Assert.InRange((double)selective / kept, 0.5, 0.7);
    }

    /// <summary>Samples of 480 tokens on an H100, the vision tower's outputs from the cache: what was in use in the end, the
    /// caches of libtorch and what CUDA takes for itself included.</summary>
    [Theory]
    [InlineData(FrozenFormat.Auto, GradCheckpoint.None, 16, 39.9)]
    [InlineData(FrozenFormat.Auto, GradCheckpoint.Selective, 16, 28.6)]
    [InlineData(FrozenFormat.Auto, GradCheckpoint.None, 4, 21.2)]
    [InlineData(FrozenFormat.Auto, GradCheckpoint.None, 1, 16.3)]
    [InlineData(FrozenFormat.Fp8, GradCheckpoint.None, 16, 40.6)]
    [InlineData(FrozenFormat.Nf4, GradCheckpoint.None, 4, 12.4)]
    [InlineData(FrozenFormat.Nf4, GradCheckpoint.Selective, 1, 6.9)]
    public void It_is_within_a_tenth_of_what_was_measured(
        FrozenFormat format, GradCheckpoint checkpoint, int batch, double gibibytes)
    {
        var estimate = MemoryEstimate.Of(
            Llama2, 6_738_000_000, 75_000_000, batch * 480, batch * 150, 2,
            new ModelRecipe { FrozenWeights = format, UseGradCheckpoint = checkpoint },
            onGpu: true);

        Assert.InRange(estimate.TotalBytes / (gibibytes * (1L << 30)), 0.9, 1.1);
    }

    [Fact]
    public void Twice_the_tokens_take_twice_the_activations() =>
        Assert.Equal(
            2 * Of(new ModelRecipe(), scale: 1).ActivationBytes, Of(new ModelRecipe(), scale: 2).ActivationBytes);

    private static MemoryEstimate Of(ModelRecipe recipe, int scale = 1, bool onGpu = false) => MemoryEstimate.Of(
        Llama2,
        frozenWeights: 7_000_000_000,
        trainedWeights: 60_000_000,
        rowTokens: 500 * scale,
        answerTokens: 100 * scale,
        bytesPerValue: 2,
        recipe,
        onGpu);
}
