using EmotionLlama.Models.Encoders;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>Freshly drawn weights of a model, as if they were a checkpoint: normalization weights are one, biases zero,
/// matrices normal with a deviation of 1/√inputs, embeddings and tokens normal with 0.02.</summary>
public sealed class RandomWeights : IWeightSource
{
    private readonly Dictionary<string, long[]> _shapes;
    private readonly long _seed;

    private RandomWeights(string location, IEnumerable<(string Name, long[] Shape)> tensors, long seed)
    {
        Location = location;
        _shapes = tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Shape);
        _seed = seed;
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _shapes.Keys;

    /// <summary>Weights of a Llama.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="seed">Fixes the values; each tensor's depend on the seed and its name alone.</param>
    public static RandomWeights ForLlama(LlamaConfig config, long seed)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new RandomWeights("random Llama weights", LlamaTensors(config), seed);
    }

    /// <summary>Weights of an EVA vision tower.</summary>
    /// <param name="channels">Channels of a token.</param>
    /// <param name="inner">Channels inside the feed-forward layers.</param>
    /// <param name="blocks">Number of blocks.</param>
    /// <param name="patchSize">Height and width of a patch in pixels.</param>
    /// <param name="imageSize">Height and width of a picture in pixels.</param>
    /// <param name="seed">Fixes the values.</param>
    public static RandomWeights ForVision(
        long channels, long inner, int blocks, int patchSize, int imageSize, long seed)
    {
        var patches = imageSize / patchSize * (imageSize / patchSize);
        return new RandomWeights(
            "random vision weights", VisionTensors(channels, inner, blocks, patchSize, patches), seed);
    }

    /// <summary>Weights of a HuBERT.</summary>
    /// <param name="config">Sizes and kind.</param>
    /// <param name="seed">Fixes the values.</param>
    public static RandomWeights ForHubert(HubertConfig config, long seed) =>
        new("random HuBERT weights", EncoderTensors.Of(config), seed);

    /// <summary>Weights of a ViT-MAE's encoder.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="seed">Fixes the values.</param>
    public static RandomWeights ForVitMae(VitMaeConfig config, long seed) =>
        new("random ViT-MAE weights", EncoderTensors.Of(config), seed);

    /// <summary>Weights of a VideoMAE's encoder.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="seed">Fixes the values.</param>
    public static RandomWeights ForVideoMae(VideoMaeConfig config, long seed) =>
        new("random VideoMAE weights", EncoderTensors.Of(config), seed);

    /// <inheritdoc/>
    public IReadOnlyList<long>? ShapeOf(string name) => _shapes.GetValueOrDefault(name);

    /// <inheritdoc/>
    public Tensor Read(string name)
    {
        if (!_shapes.TryGetValue(name, out var shape))
            throw new InputException($"{Location}: no tensor '{name}'");

        if (name.Contains("norm", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal))
            return ones(shape);

        if (name.EndsWith("bias", StringComparison.Ordinal))
            return zeros(shape);

        var isEmbedding = name.Contains("embed", StringComparison.Ordinal)
            && !name.Contains("proj", StringComparison.Ordinal);
        var deviation = isEmbedding || shape.Length == 3 ? 0.02 : 1 / Math.Sqrt(shape[1..].Aggregate((a, b) => a * b));
        using var generator = new Generator(SeedOf(name));
        using var drawn = randn(shape, generator: generator);
        return drawn.Times(deviation);
    }

    // String hash codes differ from run to run, so the name is hashed here: FNV-1a.
    private ulong SeedOf(string name) => name.Aggregate(
        14695981039346656037UL ^ (ulong)_seed, (hash, letter) => (hash ^ letter) * 1099511628211UL);

    private static IEnumerable<(string Name, long[] Shape)> LlamaTensors(LlamaConfig config)
    {
        long hidden = config.HiddenSize, inner = config.IntermediateSize;
        long queries = config.Heads * config.HeadSize, keys = config.KeyValueHeads * config.HeadSize;
        yield return ("model.embed_tokens.weight", [config.VocabularySize, hidden]);
        for (var i = 0; i < config.Layers; i++)
        {
            var layer = $"model.layers.{i}.";
            yield return ($"{layer}input_layernorm.weight", [hidden]);
            yield return ($"{layer}post_attention_layernorm.weight", [hidden]);
            yield return ($"{layer}self_attn.q_proj.weight", [queries, hidden]);
            yield return ($"{layer}self_attn.k_proj.weight", [keys, hidden]);
            yield return ($"{layer}self_attn.v_proj.weight", [keys, hidden]);
            yield return ($"{layer}self_attn.o_proj.weight", [hidden, queries]);
            yield return ($"{layer}mlp.gate_proj.weight", [inner, hidden]);
            yield return ($"{layer}mlp.up_proj.weight", [inner, hidden]);
            yield return ($"{layer}mlp.down_proj.weight", [hidden, inner]);
        }

        yield return ("model.norm.weight", [hidden]);
        if (!config.TiedHead)
            yield return ("lm_head.weight", [config.VocabularySize, hidden]);
    }

    private static IEnumerable<(string Name, long[] Shape)> VisionTensors(
        long channels, long inner, int blocks, int patchSize, int patches)
    {
        yield return ("cls_token", [1, 1, channels]);
        yield return ("pos_embed", [1, patches + 1, channels]);
        yield return ("patch_embed.proj.weight", [channels, 3, patchSize, patchSize]);
        yield return ("patch_embed.proj.bias", [channels]);
        for (var i = 0; i < blocks; i++)
        {
            var block = $"blocks.{i}.";
            yield return ($"{block}norm1.weight", [channels]);
            yield return ($"{block}norm1.bias", [channels]);
            yield return ($"{block}attn.q_bias", [channels]);
            yield return ($"{block}attn.v_bias", [channels]);
            yield return ($"{block}attn.qkv.weight", [3 * channels, channels]);
            yield return ($"{block}attn.proj.weight", [channels, channels]);
            yield return ($"{block}attn.proj.bias", [channels]);
            yield return ($"{block}norm2.weight", [channels]);
            yield return ($"{block}norm2.bias", [channels]);
            yield return ($"{block}mlp.fc1.weight", [inner, channels]);
            yield return ($"{block}mlp.fc1.bias", [inner]);
            yield return ($"{block}mlp.fc2.weight", [channels, inner]);
            yield return ($"{block}mlp.fc2.bias", [channels]);
        }
    }
}
