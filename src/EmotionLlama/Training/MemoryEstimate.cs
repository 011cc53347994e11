using EmotionLlama.Configuration;
using EmotionLlama.Models;

namespace EmotionLlama.Training;

/// <summary>About how much memory a training step takes, from sizes alone: good to tell a model that fits from one that
/// does not, not to fill the last gigabyte.</summary>
/// <param name="FrozenBytes">Frozen weights.</param>
/// <param name="TrainedBytes">Trained weights in float32 with gradient and two moments.</param>
/// <param name="ActivationBytes">What the backward pass needs of one row, and its logits.</param>
public sealed record MemoryEstimate(long FrozenBytes, long TrainedBytes, long ActivationBytes)
{
    private const int BytesPerTrainedWeight = 16;

    // Tensors of hidden width that a layer keeps for its backward pass: two normalizations with their float32 copies,
    // queries, keys, values and their rotated halves, the attention's output, and the residual sums.
    private const int HiddenWidths = 18;

    // The gate, its activation, the up projection, and their product.
    private const int InnerWidths = 4;

    /// <summary>All of it.</summary>
    public long TotalBytes => FrozenBytes + TrainedBytes + ActivationBytes;

    /// <summary>Estimates one step.</summary>
    /// <param name="llama">The Llama's sizes.</param>
    /// <param name="frozenWeights">Number of frozen weights, vision tower included.</param>
    /// <param name="trainedWeights">Number of trained weights.</param>
    /// <param name="rowTokens">Tokens of a row: a micro-batch.</param>
    /// <param name="answerTokens">Answer tokens of a row.</param>
    /// <param name="bytesPerValue">Bytes of a frozen weight and of an activation.</param>
    /// <param name="recipe">Whether activations are recomputed.</param>
    public static MemoryEstimate Of(
        LlamaConfig llama,
        long frozenWeights,
        long trainedWeights,
        long rowTokens,
        long answerTokens,
        int bytesPerValue,
        ModelRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(llama);
        ArgumentNullException.ThrowIfNull(recipe);
        var layer = rowTokens * bytesPerValue
            * ((HiddenWidths * (long)llama.HiddenSize) + (InnerWidths * (long)llama.IntermediateSize));
        var layers = recipe.UseGradCheckpoint == GradCheckpoint.Full
            ? layer + (llama.Layers * rowTokens * llama.HiddenSize * bytesPerValue)
            : layer * llama.Layers;
        var logits = 3L * answerTokens * llama.VocabularySize * sizeof(float);
        return new MemoryEstimate(
            frozenWeights * bytesPerValue, trainedWeights * BytesPerTrainedWeight, layers + logits);
    }
}
