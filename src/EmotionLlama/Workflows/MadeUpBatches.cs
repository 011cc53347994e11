using EmotionLlama.Datasets;
using EmotionLlama.Distributed;
using EmotionLlama.Models;
using EmotionLlama.Tokenization;
using EmotionLlama.Training;
using static TorchSharp.torch;

namespace EmotionLlama.Workflows;

/// <summary>Samples of a benchmark, the same in every run: one batch again and again, or a new one for each step.</summary>
/// <remarks>Words follow one another by a fixed rule, seven times out of eight, so that there is something to learn.
/// </remarks>
/// <param name="model">The model that they are for.</param>
/// <param name="options">How many, and of what length.</param>
/// <param name="imageSize">Height and width of a picture in pixels.</param>
/// <param name="ranks">The processes that share a step's samples; null where there is one. Together they have those of one
/// process with as many times the batch.</param>
internal sealed class MadeUpBatches(
    EmotionLlamaModel model, TrainingBenchmarkOptions options, int imageSize, IProcessGroup? ranks = null)
    : ITrainingData
{
    private const int MostWords = 512;
    private const int FirstWord = 3;
    private const int OneInSoMany = 8;

    private readonly int[] _next = Rule(Math.Min(MostWords, options.Preset.Llama.VocabularySize - FirstWord));

    /// <inheritdoc/>
    public int BatchesPerPass => 1;

    /// <inheritdoc/>
    public IEnumerable<PackedBatch> Read(long first, CancellationToken cancellationToken)
    {
        var inserted = model.ImageTokens + EmotionLlamaModel.FeatureKinds + 1;
        var words = options.Tokens - options.AnswerTokens - inserted;
        if (words < 1)
            throw new InputException($"--tokens: {options.Tokens} leave no room for a prompt with {inserted} inserted");

        var samples = Draw(0, inserted, words);
        try
        {
            for (var number = first / (ranks?.Size ?? 1); ; number++)
            {
                if (options.VariesBatches)
                {
                    Free(samples);
                    samples = Draw(number, inserted, words);
                }

                yield return PackedBatch.Pack(samples);
            }
        }
        finally
        {
            Free(samples);
        }
    }

    private List<(ClipSample, TokenizedSample)> Draw(long number, int inserted, int words)
    {
        var random = new Random((int)(1 + number));
        using var generator = new Generator((ulong)(1 + number));
        var others = (ranks?.Rank ?? 0) * options.Batch;
        var drawn = Enumerable.Range(0, others + options.Batch)
            .Select(_ => (Clip(generator), Tokens(random, inserted, words))).ToList();
        Free(drawn[..others]);
        return drawn[others..];
    }

    private ClipSample Clip(Generator generator)
    {
        using var scope = NewDisposeScope();
        long[] shape = options.EncodesImages
            ? [3, imageSize, imageSize]
            : [1 + model.Vision.Patches, model.Vision.Channels];
        return new ClipSample
        {
            Name = "made up",
            Emotion = Emotion.Neutral,
            Task = "reason_v2",
            Image = randn(shape, generator: generator)
                .to(options.EncodesImages ? ScalarType.Float32 : model.Llama.Dtype).DetachFromDisposeScope(),
            IsEncoded = !options.EncodesImages,
            Features = randn([EmotionLlamaModel.FeatureKinds, EmotionLlamaModel.FeatureSize], generator: generator)
                .DetachFromDisposeScope(),
            Instruction = "",
            Answer = "",
        };
    }

    private TokenizedSample Tokens(Random random, int inserted, int words)
    {
        var text = new List<int>(words + options.AnswerTokens) { random.Next(_next.Length) };
        while (text.Count < words + options.AnswerTokens)
            text.Add(random.Next(OneInSoMany) == 0 ? random.Next(_next.Length) : _next[text[^1]]);

        var ids = text.ConvertAll(word => word + FirstWord);
        return new TokenizedSample
        {
            Prompt = [.. ids[..(words / 2)], .. Enumerable.Repeat(TokenizedSample.Inserted, inserted), .. ids[(words / 2)..words]],
            Answer = ids[words..],
        };
    }

    /// <summary>The word that follows each word.</summary>
    private static int[] Rule(int words)
    {
        var random = new Random(0);
        return [.. Enumerable.Range(0, words).Select(_ => random.Next(words))];
    }

    private static void Free(List<(ClipSample Clip, TokenizedSample)> samples)
    {
        foreach (var (clip, _) in samples)
            clip.Dispose();
    }
}
