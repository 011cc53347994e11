using EmotionLlama.Checkpoints;
using EmotionLlama.Datasets;
using EmotionLlama.Models;
using EmotionLlama.Tokenization;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Generation;

/// <summary>A small Emotion-LLaMA of random weights, with a tokenizer learned from a few sentences.</summary>
internal sealed class TinyModel : IDisposable
{
    private const int Patch = 2;
    private const int Side = 8;
    private const int Channels = 16;

    private readonly List<ClipSample> _clips = [];

    public TinyModel(int maxPositions = 256)
    {
        Prompts = new PromptBuilder(LearnTokenizer(), new PromptSettings { ImageTokens = 4 });
        Config = new LlamaConfig
        {
            VocabularySize = Prompts.Tokenizer.VocabularySize,
            HiddenSize = 24,
            IntermediateSize = 40,
            Layers = 2,
            Heads = 4,
            KeyValueHeads = 2,
            HeadSize = 6,
            MaxPositions = maxPositions,
        };
        using var scope = NewDisposeScope();
        using var random = new InMemoryWeights(LlamaShapes(Config).Concat(VisionShapes()).Select(
            (tensor, i) => KeyValuePair.Create(tensor.Name, Normal(tensor.Shape, 0.3, i))));
        var weights = new WeightReader(random, CPU, ScalarType.Float32);
        Model = new EmotionLlamaModel(
            new Llama(Config, weights, new LoraSettings { Rank = 2 }),
            new EvaVisionTransformer(weights, Side, heads: 2),
            visionNorm: null);
        using var _ = no_grad();
        foreach (var (i, parameter) in Model.TrainableParameters.Index())
            parameter.Value.copy_(Normal(parameter.Value.shape, 0.2, 1000 + i));
    }

    public LlamaConfig Config { get; }

    public PromptBuilder Prompts { get; }

    public EmotionLlamaModel Model { get; }

    /// <summary>Embeddings of random prompts, one behind the other: <c>[tokens, hidden]</c>.</summary>
    public Tensor RandomPrompts(params IEnumerable<int> lengths) => Normal([lengths.Sum(), Config.HiddenSize], 1, 7);

    /// <summary>A clip with random picture and features, disposed with the model.</summary>
    public ClipSample Clip(string name, string words)
    {
        using var scope = NewDisposeScope();
        var clip = new ClipSample
        {
            Name = name,
            Emotion = Emotion.Neutral,
            Task = "emotion",
            Image = Normal([3, Side, Side], 1, name.Length).DetachFromDisposeScope(),
            Features = Normal([3, EmotionLlamaModel.FeatureSize], 1, name.Length + 1).DetachFromDisposeScope(),
            Instruction = $"<video><VideoHere></video> <feature><FeatureHere></feature> {words}",
            Answer = "",
        };
        _clips.Add(clip);
        return clip;
    }

    public void Dispose()
    {
        Model.Dispose();
        foreach (var clip in _clips)
            clip.Dispose();
    }

    private static LlamaTextTokenizer LearnTokenizer()
    {
        using var folder = new TemporaryFolder();
        var path = folder["tokenizer.model"];
        string[] corpus = ["the face says that the voice hides what the words tell", "the voice, the face"];
        SentencePieceModelWriter.Write(BytePairTrainer.Train(corpus, 300), path);
        return LlamaTextTokenizer.Open(path);
    }

    private static Tensor Normal(long[] shape, double deviation, int seed)
    {
        using var generator = new Generator((ulong)seed);
        return randn(shape, ScalarType.Float32, generator: generator) * deviation;
    }

    private static IEnumerable<(string Name, long[] Shape)> LlamaShapes(LlamaConfig config)
    {
        long hidden = config.HiddenSize, inner = config.IntermediateSize;
        long queries = config.Heads * config.HeadSize, keys = config.KeyValueHeads * config.HeadSize;
        yield return ("model.embed_tokens.weight", [config.VocabularySize, hidden]);
        for (var i = 0; i < config.Layers; i++)
        {
            var layer = $"model.layers.{i}.";
            yield return (layer + "input_layernorm.weight", [hidden]);
            yield return (layer + "post_attention_layernorm.weight", [hidden]);
            yield return (layer + "self_attn.q_proj.weight", [queries, hidden]);
            yield return (layer + "self_attn.k_proj.weight", [keys, hidden]);
            yield return (layer + "self_attn.v_proj.weight", [keys, hidden]);
            yield return (layer + "self_attn.o_proj.weight", [hidden, queries]);
            yield return (layer + "mlp.gate_proj.weight", [inner, hidden]);
            yield return (layer + "mlp.up_proj.weight", [inner, hidden]);
            yield return (layer + "mlp.down_proj.weight", [hidden, inner]);
        }

        yield return ("model.norm.weight", [hidden]);
        yield return ("lm_head.weight", [config.VocabularySize, hidden]);
    }

    private static IEnumerable<(string Name, long[] Shape)> VisionShapes() =>
    [
        ("cls_token", [1, 1, Channels]),
        ("pos_embed", [1, 1 + (Side / Patch * (Side / Patch)), Channels]),
        ("patch_embed.proj.weight", [Channels, 3, Patch, Patch]),
        ("patch_embed.proj.bias", [Channels]),
    ];
}
