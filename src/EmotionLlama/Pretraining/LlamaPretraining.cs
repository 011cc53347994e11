using EmotionLlama.Datasets;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using EmotionLlama.Tokenization;
using static TorchSharp.torch;

namespace EmotionLlama.Pretraining;

/// <summary>Teaches the tiny Llama the language of the small world: next-token prediction over whole texts, all weights
/// trained.</summary>
/// <param name="tokenizer">The tiny tokenizer.</param>
/// <param name="sizes">Sizes and number of steps.</param>
/// <param name="report">Hears of the progress.</param>
internal sealed class LlamaPretraining(LlamaTextTokenizer tokenizer, TinyModelSizes sizes, IProgress<string> report)
{
    private const int BatchSize = 24;
    private const double Rate = 2e-3;
    private const double LoudestNoise = 1.5;

    private readonly PromptBuilder _prompts = new(tokenizer, new PromptSettings { ImageTokens = sizes.ImageTokens });

    /// <summary>Trains a Llama from random weights.</summary>
    public Llama Train(CancellationToken cancellationToken)
    {
        var config = sizes.Llama(tokenizer.VocabularySize);
        var weights = new WeightReader(RandomWeights.ForLlama(config, sizes.Seed), CPU, ScalarType.Float32);
        var llama = new Llama(config, weights, new LoraSettings { Rank = 0 });
        PretrainingLoop.Run(
            "llama", Named(llama.StoredWeights), sizes.LlamaSteps, Rate, step => Loss(llama, step), report, cancellationToken);
        return llama;
    }

    /// <summary>Names tell the optimizer what gets no weight decay; by their shapes alone the same weights do.</summary>
    private static IEnumerable<NamedTensor> Named(IEnumerable<Tensor> weights) =>
        weights.Select((weight, i) => new NamedTensor($"stored.{i}", weight));

    private Tensor Loss(Llama llama, int step)
    {
        var texts = Enumerable.Range(0, BatchSize).Select(i => Tokens(((long)step * BatchSize) + i)).ToList();
        var layout = SequenceLayout.Create([.. texts.Select(text => text.Length)], CPU);
        int[] row = [.. texts.SelectMany(text => text)];
        var ids = tensor(row.Select(id => Math.Max((long)id, 0)).ToArray());
        var embeddings = WithNoise(llama.Embed(ids), row);

        // Every place but the last of its text predicts the next token, where that is a token.
        var ends = texts.Aggregate(new List<int>(), (sums, text) => [.. sums, sums.LastOrDefault() + text.Length]);
        var predicting = Enumerable.Range(0, row.Length - 1)
            .Where(place => row[place + 1] != TokenizedSample.Inserted && !ends.Contains(place + 1))
            .Select(place => (long)place).ToArray();
        var from = tensor(predicting);
        var logits = llama.Logits(llama.Forward(embeddings, layout, from));
        return Operators.CrossEntropySum(logits, ids.index_select(0, from.Plus(1))).Over(predicting.Length);
    }

    /// <summary>Puts noise where stage 2 will insert pictures and features, small or large as an untrained projection
    /// may make it.</summary>
    private static Tensor WithNoise(Tensor embeddings, int[] row)
    {
        var places = Enumerable.Range(0, row.Length).Where(place => row[place] == TokenizedSample.Inserted)
            .Select(place => (long)place).ToArray();
        if (places.Length == 0)
            return embeddings;

        var scale = rand(places.Length, 1).Times(LoudestNoise);
        return embeddings.index_copy(0, tensor(places), randn(places.Length, embeddings.shape[1]) * scale);
    }

    private int[] Tokens(long index)
    {
        var (instruction, answer) = PretrainingCorpus.Sample(sizes.Seed, (int)index);
        if (instruction.Contains(InstructionFormat.VideoMark, StringComparison.Ordinal))
        {
            var sample = _prompts.ForTraining(instruction, answer);
            return [.. sample.Prompt, .. sample.Answer];
        }

        var prompt = _prompts.Settings.Template.Replace("{}", instruction, StringComparison.Ordinal);
        return [tokenizer.BeginId, .. tokenizer.Encode(prompt), .. tokenizer.Encode(answer + _prompts.Settings.EndSymbol)];
    }
}
