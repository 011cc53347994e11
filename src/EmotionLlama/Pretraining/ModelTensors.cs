using EmotionLlama.Checkpoints;
using EmotionLlama.Models;

namespace EmotionLlama.Pretraining;

/// <summary>Names and shapes of the tensors in the files that an Emotion-LLaMA is put together from, as they are
/// published.</summary>
public static class ModelTensors
{
    private const string AdaptedLlama = PeftNames.CheckpointPrefix + "model.layers.";

    /// <summary>A Hugging Face folder of a Llama, in the order of its shards.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Llama(ModelPreset preset)
    {
        ArgumentNullException.ThrowIfNull(preset);
        return In(RandomWeights.ForLlama(preset.Llama, seed: 0));
    }

    /// <summary>The file of the vision tower, with the block, the normalization and the head that nobody uses.
    /// </summary>
    public static IEnumerable<(string Name, long[] Shape)> Vision(ModelPreset preset)
    {
        ArgumentNullException.ThrowIfNull(preset);
        long channels = preset.VisionChannels;
        return
        [
            .. In(RandomWeights.ForVision(
                channels, preset.VisionInner, preset.VisionBlocks, ModelPreset.PatchSize, preset.VisionImageSize, 0)),
            ("norm.weight", [channels]),
            ("norm.bias", [channels]),
            ("head.weight", [ModelPreset.Classes, channels]),
            ("head.bias", [ModelPreset.Classes]),
        ];
    }

    /// <summary>The trained weights: LoRA matrices on q and v, then the five projections.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Trained(ModelPreset preset)
    {
        ArgumentNullException.ThrowIfNull(preset);
        long hidden = preset.Llama.HiddenSize, rank = preset.LoraRank;
        for (var i = 0; i < preset.Llama.Layers; i++)
        {
            foreach (var map in (string[])["q_proj", "v_proj"])
            {
                yield return ($"{AdaptedLlama}{i}.self_attn.{map}{PeftNames.ASuffix}", [rank, hidden]);
                yield return ($"{AdaptedLlama}{i}.self_attn.{map}{PeftNames.BSuffix}", [hidden, rank]);
            }
        }

        (string Name, long Inputs)[] projections =
        [
            ("llama_proj", preset.VisionChannels * EmotionLlamaModel.PatchesPerToken),
            ("feats_llama_proj1", EmotionLlamaModel.FeatureSize),
            ("feats_llama_proj2", EmotionLlamaModel.FeatureSize),
            ("feats_llama_proj3", EmotionLlamaModel.FeatureSize),
            ("cls_tk_llama_proj", preset.VisionChannels),
        ];
        foreach (var (name, inputs) in projections)
        {
            yield return ($"{name}.weight", [hidden, inputs]);
            yield return ($"{name}.bias", [hidden]);
        }
    }

    private static IEnumerable<(string Name, long[] Shape)> In(RandomWeights weights) =>
        weights.Names.Select(name => (name, weights.ShapeOf(name)!.ToArray()));
}
