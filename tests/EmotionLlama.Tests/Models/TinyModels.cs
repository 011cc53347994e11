using EmotionLlama.Checkpoints;
using EmotionLlama.Datasets;
using EmotionLlama.Models;
using EmotionLlama.Tokenization;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

/// <summary>Emotion-LLaMAs small enough for a test to run through in milliseconds: two layers of 32 channels, pictures
/// of four patches. Every weight is random, biases and normalizations too, so that none can be forgotten unnoticed.
/// </summary>
internal static class TinyModels
{
    public const int ImageSize = 28;
    public const int PatchSize = 14;
    public const int VisionChannels = 16;
    public const int VisionHeads = 2;

    private const string Sentence =
        "The brows are lowered and the lips are pressed, so the person is angry although the words are kind and calm.";

    /// <summary>A vocabulary learned from one sentence.</summary>
    public static SentencePieceModel Vocabulary { get; } = BytePairTrainer.Train([Sentence, Sentence], 320);

    /// <summary>The tokenizer of <see cref="Vocabulary"/>.</summary>
    public static LlamaTextTokenizer Tokenizer { get; } = OpenTokenizer();

    /// <summary>Sizes of the Llama; two key heads for four query heads.</summary>
    public static LlamaConfig Config { get; } = new()
    {
        VocabularySize = Tokenizer.VocabularySize,
        HiddenSize = 32,
        IntermediateSize = 48,
        Layers = 2,
        Heads = 4,
        KeyValueHeads = 2,
        HeadSize = 8,
        MaxPositions = 512,
    };

    /// <summary>A whole model; the caller disposes it.</summary>
    /// <param name="lora">LoRA; by default of rank 4 on q and v, without dropout.</param>
    /// <param name="dtype">Data type of the arithmetic.</param>
    /// <param name="visionNorm">Whether there is a normalization behind the vision tower.</param>
    /// <param name="config">Sizes of the Llama; null takes <see cref="Config"/>.</param>
    public static EmotionLlamaModel Create(
        LoraSettings? lora = null,
        ScalarType dtype = ScalarType.Float32,
        bool visionNorm = true,
        LlamaConfig? config = null)
    {
        using var scope = NewDisposeScope();
        var (weight, bias) = VisionNorm();
        using var norm = new InMemoryWeights { { "weight", weight }, { "bias", bias } };
        var model = new EmotionLlamaModel(
            CreateLlama(config ?? Config, lora, dtype),
            new EvaVisionTransformer(new WeightReader(VisionWeights(), CPU, dtype), ImageSize, VisionHeads),
            visionNorm ? new WeightReader(norm, CPU, dtype) : null);
        Randomize(model.TrainableParameters);
        return model;
    }

    /// <summary>A decoder.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="lora">LoRA; by default of rank 4 on q and v, without dropout.</param>
    /// <param name="dtype">Data type of the arithmetic.</param>
    public static Llama CreateLlama(
        LlamaConfig config, LoraSettings? lora = null, ScalarType dtype = ScalarType.Float32)
    {
        var llama = new Llama(
            config,
            new WeightReader(LlamaWeights(config), CPU, dtype),
            lora ?? new LoraSettings { Rank = 4, Dropout = 0 });
        Randomize(llama.LoraParameters);
        return llama;
    }

    /// <summary>Weights of a decoder.</summary>
    public static IWeightSource LlamaWeights(LlamaConfig config) =>
        new NoisyWeights(RandomWeights.ForLlama(config, seed: 3));

    /// <summary>Weights of a vision tower for pictures of <see cref="ImageSize"/>.</summary>
    public static IWeightSource VisionWeights(int blocks = 2) => new NoisyWeights(
        RandomWeights.ForVision(VisionChannels, inner: 24, blocks, PatchSize, ImageSize, seed: 4));

    /// <summary>Weight and bias of the layer normalization behind the vision tower.</summary>
    public static (Tensor Weight, Tensor Bias) VisionNorm() =>
        (1 + Normal([VisionChannels], 0.1, 5), Normal([VisionChannels], 0.1, 6));

    /// <summary>Makes LoRA's second matrices, which start as zeros, matter.</summary>
    public static void Randomize(IEnumerable<NamedTensor> parameters)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, value) in parameters)
            value.copy_(Normal(value.shape, 0.2, NoisyWeights.SeedOf(name)));
    }

    /// <summary>The prompt builder that suits a model.</summary>
    public static PromptBuilder Prompts(EmotionLlamaModel model) =>
        new(Tokenizer, new PromptSettings { ImageTokens = model.ImageTokens });

    /// <summary>A clip with picture, features, instruction and answer that its number fixes; answers differ in length.
    /// </summary>
    public static ClipSample Clip(int number)
    {
        using var scope = NewDisposeScope();
        var words = Sentence.Split(' ');
        return new ClipSample
        {
            Name = $"clip_{number}",
            Emotion = Emotion.Neutral,
            Task = "reason",
            Image = Normal([3, ImageSize, ImageSize], 1, number).DetachFromDisposeScope(),
            Features = Normal([3, EmotionLlamaModel.FeatureSize], 1, 1000 + number).DetachFromDisposeScope(),
            Instruction = "<video><VideoHere></video> <feature><FeatureHere></feature> "
                + string.Join(' ', words.Take(number % 4)),
            Answer = string.Join(' ', words.Skip(number % 5).Take(2 + (number * 3 % 7))),
        };
    }

    /// <summary>Some clips in one row.</summary>
    public static PackedBatch Pack(EmotionLlamaModel model, params IEnumerable<int> clips)
    {
        var prompts = Prompts(model);
        ClipSample[] samples = [.. clips.Select(Clip)];
        try
        {
            return PackedBatch.Pack(
                [.. samples.Select(clip => (clip, prompts.ForTraining(clip.Instruction, clip.Answer)))]);
        }
        finally
        {
            foreach (var sample in samples)
                sample.Dispose();
        }
    }

    /// <summary>Normally distributed numbers that depend on the seed alone, not on libtorch's default generator.
    /// </summary>
    public static Tensor Normal(long[] shape, double deviation, long seed)
    {
        using var generator = new Generator((ulong)seed);
        using var drawn = randn(shape, ScalarType.Float32, generator: generator);
        return drawn * deviation;
    }

    /// <summary>The largest difference of two tensors.</summary>
    public static double Distance(Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(first.shape, second.shape);
        using var _ = no_grad();
        return (first.to(ScalarType.Float64) - second.to(ScalarType.Float64)).abs().max().item<double>();
    }

    private static LlamaTextTokenizer OpenTokenizer()
    {
        using var folder = new TemporaryFolder();
        var path = folder["tokenizer.model"];
        SentencePieceModelWriter.Write(Vocabulary, path);
        return LlamaTextTokenizer.Open(path);
    }
}
