using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Runtime;

namespace EmotionLlama.Training;

/// <summary>About how much memory a training step takes, from sizes alone; within a tenth of what was measured.</summary>
/// <param name="FrozenBytes">Frozen weights.</param>
/// <param name="TrainedBytes">Trained weights in float32 with gradient and two moments, and rounded to the data type of the
/// arithmetic.</param>
/// <param name="ActivationBytes">What the backward pass needs of one row, and its logits.</param>
/// <param name="DeviceBytes">What CUDA and its libraries take for themselves; 0 on a CPU.</param>
public sealed record MemoryEstimate(long FrozenBytes, long TrainedBytes, long ActivationBytes, long DeviceBytes)
{
    // The driver's context, the libraries' kernels and workspaces, and what libtorch keeps for later beyond the peak.
    private const long CudaBytes = 900L << 20;

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
    public long TotalBytes => FrozenBytes + TrainedBytes + ActivationBytes + DeviceBytes;

    /// <summary>Estimates one step.</summary>
    /// <param name="llama">The Llama's sizes.</param>
    /// <param name="frozenWeights">Number of frozen weights, vision tower included.</param>
    /// <param name="trainedWeights">Number of trained weights.</param>
    /// <param name="rowTokens">Tokens of a row: a micro-batch.</param>
    /// <param name="answerTokens">Answer tokens of a row.</param>
    /// <param name="bytesPerValue">Bytes of an activation, and of a frozen weight that is not quantized.</param>
    /// <param name="recipe">How frozen matrices are stored, and which activations are computed again.</param>
    /// <param name="onGpu">Whether it is a GPU's memory.</param>
    public static MemoryEstimate Of(
        LlamaConfig llama,
        long frozenWeights,
        long trainedWeights,
        long rowTokens,
        long answerTokens,
        int bytesPerValue,
        ModelRecipe recipe,
        bool onGpu = false)
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
        var rounded = bytesPerValue < sizeof(float) ? bytesPerValue : 0;
        return new MemoryEstimate(
            FrozenBytesOf(llama, frozenWeights, bytesPerValue, recipe.FrozenWeights),
            trainedWeights * (BytesPerTrainedWeight + rounded),
            (rowTokens * bytesPerValue * widths) + logits,
            onGpu ? CudaBytes : 0);
    }

    private static long FrozenBytesOf(LlamaConfig llama, long weights, int bytesPerValue, FrozenFormat format)
    {
        var matrices = llama.LayerMatrixWeights;
        var rest = (weights - matrices) * bytesPerValue;

        // The largest matrix, of gate and up, is written out to be multiplied.
        var scratch = 2L * llama.HiddenSize * llama.IntermediateSize * bytesPerValue;
        return format switch
        {
            // Once for each way.
            FrozenFormat.Fp8 => rest + (2 * matrices),
            FrozenFormat.Nf4 => rest + (long)(matrices * Nf4Blocks.BitsPerNumber / 8) + scratch,
            _ => rest + (matrices * bytesPerValue),
        };
    }
}
