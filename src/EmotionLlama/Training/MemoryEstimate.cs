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

    // Of hidden width a layer keeps: its input, queries, keys and values, the attention's output, the residual sum behind
    // it, and the input of the low-rank updates. Of inner width: gate and up.
    private const int KeptHiddenWidths = 7;
    private const int KeptInnerWidths = 2;

    // While one layer is gone back through, there are besides: gradients of gate, up and their product, and those of the
    // residual stream and of queries, keys and values.
    private const int WorkingHiddenWidths = 5;
    private const int WorkingInnerWidths = 3;

    /// <summary>All of it.</summary>
    public long TotalBytes => FrozenBytes + TrainedBytes + ActivationBytes;

    /// <summary>Estimates one step.</summary>
    /// <param name="llama">The Llama's sizes.</param>
    /// <param name="frozenWeights">Number of frozen weights, vision tower included.</param>
    /// <param name="trainedWeights">Number of trained weights.</param>
    /// <param name="rowTokens">Tokens of a row: a micro-batch.</param>
    /// <param name="answerTokens">Answer tokens of a row.</param>
    /// <param name="bytesPerValue">Bytes of a frozen weight and of an activation.</param>
    /// <param name="recipe">Which activations are computed again.</param>
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
        long hidden = llama.HiddenSize, inner = llama.IntermediateSize;
        var keptInside = (KeptHiddenWidths * hidden) + (KeptInnerWidths * inner);
        var working = (WorkingHiddenWidths * hidden) + (WorkingInnerWidths * inner);
        var widths = recipe.UseGradCheckpoint switch
        {
            GradCheckpoint.Full => (llama.Layers * hidden) + keptInside + working,
            GradCheckpoint.Selective => (llama.Layers * KeptHiddenWidths * hidden) + (KeptInnerWidths * inner) + working,
            _ => (llama.Layers * keptInside) + working,
        };
        var logits = 2L * Math.Min(answerTokens, Llama.TargetsAtOnce) * llama.VocabularySize * sizeof(float);
        var layers = rowTokens * bytesPerValue * widths;
        return new MemoryEstimate(
            frozenWeights * bytesPerValue, trainedWeights * BytesPerTrainedWeight, layers + logits);
    }
}
