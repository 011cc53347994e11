using EmotionLlama.Configuration;

namespace EmotionLlama.Models;

/// <summary>How many weights stage 2 trains.</summary>
public static class TrainedWeightCount
{
    /// <summary>LoRA matrices and the five projections.</summary>
    /// <param name="llama">The Llama's sizes.</param>
    /// <param name="visionChannels">Channels of the vision tower.</param>
    /// <param name="recipe">LoRA's rank and targets.</param>
    public static long Of(LlamaConfig llama, long visionChannels, ModelRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(llama);
        ArgumentNullException.ThrowIfNull(recipe);
        long hidden = llama.HiddenSize;
        long queries = (long)llama.Heads * llama.HeadSize, keys = (long)llama.KeyValueHeads * llama.HeadSize;
        var channels = recipe.LoraTargetModules.Sum(target => target switch
        {
            "q_proj" or "o_proj" => hidden + queries,
            "k_proj" or "v_proj" => hidden + keys,
            _ => hidden + llama.IntermediateSize,
        });
        long[] inputs =
        [
            visionChannels * EmotionLlamaModel.PatchesPerToken,
            EmotionLlamaModel.FeatureSize, EmotionLlamaModel.FeatureSize, EmotionLlamaModel.FeatureSize,
            visionChannels,
        ];
        return (channels * recipe.LoraR * llama.Layers) + inputs.Sum(input => (input + 1) * hidden);
    }
}
