using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints.RealCheckpoints;

/// <summary>The names and types in the published files, written down here once more: a test that asked the library for
/// them would test nothing.</summary>
internal static class RealTensors
{
    private const ScalarType Half = ScalarType.Float16;
    private const ScalarType Single = ScalarType.Float32;

    /// <summary>Llama-2-7b-chat-hf, the frequencies of the rotary positions included, which old files keep.</summary>
    /// <param name="sizes">The sizes.</param>
    /// <param name="frequencies">Their type: float16 in the safetensors files, float32 in the .bin ones.</param>
    public static IEnumerable<RealTensor> Llama(RealSizes sizes, ScalarType frequencies)
    {
        long hidden = sizes.Hidden, inner = sizes.Inner;
        yield return new("model.embed_tokens.weight", Half, sizes.Vocabulary, hidden);
        for (var i = 0; i < sizes.Layers; i++)
        {
            var layer = $"model.layers.{i}.";
            foreach (var name in (string[])["q_proj", "k_proj", "v_proj", "o_proj"])
                yield return new($"{layer}self_attn.{name}.weight", Half, hidden, hidden);

            yield return new($"{layer}self_attn.rotary_emb.inv_freq", frequencies, hidden / sizes.Heads / 2);
            yield return new($"{layer}mlp.gate_proj.weight", Half, inner, hidden);
            yield return new($"{layer}mlp.up_proj.weight", Half, inner, hidden);
            yield return new($"{layer}mlp.down_proj.weight", Half, hidden, inner);
            yield return new($"{layer}input_layernorm.weight", Half, hidden);
            yield return new($"{layer}post_attention_layernorm.weight", Half, hidden);
        }

        yield return new("model.norm.weight", Half, hidden);
        yield return new("lm_head.weight", Half, sizes.Vocabulary, hidden);
    }

    /// <summary>eva_vit_g.pth: 40 blocks, of which the last is not used, and a head.</summary>
    public static IEnumerable<RealTensor> EvaVitG(RealSizes sizes)
    {
        long channels = sizes.VisionChannels, inner = sizes.VisionInner;
        yield return new("cls_token", Half, 1, 1, channels);
        yield return new("pos_embed", Half, 1, sizes.VisionPatches + 1, channels);
        yield return new("patch_embed.proj.weight", Half, channels, 3, 14, 14);
        yield return new("patch_embed.proj.bias", Half, channels);
        for (var i = 0; i < 40; i++)
        {
            var block = $"blocks.{i}.";
            yield return new($"{block}norm1.weight", Half, channels);
            yield return new($"{block}norm1.bias", Half, channels);
            yield return new($"{block}attn.q_bias", Half, channels);
            yield return new($"{block}attn.v_bias", Half, channels);
            yield return new($"{block}attn.qkv.weight", Half, 3 * channels, channels);
            yield return new($"{block}attn.proj.weight", Half, channels, channels);
            yield return new($"{block}attn.proj.bias", Half, channels);
            yield return new($"{block}norm2.weight", Half, channels);
            yield return new($"{block}norm2.bias", Half, channels);
            yield return new($"{block}mlp.fc1.weight", Half, inner, channels);
            yield return new($"{block}mlp.fc1.bias", Half, inner);
            yield return new($"{block}mlp.fc2.weight", Half, channels, inner);
            yield return new($"{block}mlp.fc2.bias", Half, channels);
        }

        yield return new("norm.weight", Half, channels);
        yield return new("norm.bias", Half, channels);
        yield return new("head.weight", Half, 1000, channels);
        yield return new("head.bias", Half, 1000);
    }

    /// <summary>LoRA of rank 64 on q and v, as the older peft names it.</summary>
    public static IEnumerable<RealTensor> Lora(RealSizes sizes, int rank, string adapter = "")
    {
        for (var i = 0; i < sizes.Layers; i++)
        {
            foreach (var map in (string[])["q_proj", "v_proj"])
            {
                var name = $"llama_model.base_model.model.model.layers.{i}.self_attn.{map}.lora_";
                yield return new($"{name}A{adapter}.weight", Single, rank, sizes.Hidden);
                yield return new($"{name}B{adapter}.weight", Single, sizes.Hidden, rank);
            }
        }
    }

    /// <summary>The projections that a checkpoint of this kind has.</summary>
    public static IEnumerable<RealTensor> Projections(RealSizes sizes, params string[] names) =>
        from name in names
        let inputs = name switch
        {
            "llama_proj" => 4L * sizes.VisionChannels,
            "cls_tk_llama_proj" => sizes.VisionChannels,
            _ => 1024,
        }
        from tensor in (RealTensor[])
            [new($"{name}.weight", Single, sizes.Hidden, inputs), new($"{name}.bias", Single, sizes.Hidden)]
        select tensor;

    /// <summary>All five projections of Emotion-LLaMA.</summary>
    public static IEnumerable<RealTensor> Projections(RealSizes sizes) => Projections(
        sizes, "llama_proj", "feats_llama_proj1", "feats_llama_proj2", "feats_llama_proj3", "cls_tk_llama_proj");

    /// <summary>The layer normalization behind the vision tower.</summary>
    public static IEnumerable<RealTensor> VisionNorm(RealSizes sizes) =>
        [new("ln_vision.weight", Single, sizes.VisionChannels), new("ln_vision.bias", Single, sizes.VisionChannels)];
}
