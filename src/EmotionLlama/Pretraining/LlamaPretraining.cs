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

    /// <summary>Trains a Llama from random weights.</summary>
    public Llama Train(CancellationToken cancellationToken)
    {
        var config = sizes.Llama(tokenizer.VocabularySize);
        var weights = new WeightReader(RandomWeights.ForLlama(config, sizes.Seed), CPU, ScalarType.Float32);
        var llama = new Llama(config, weights, new LoraSettings { Rank = 0 });
        PretrainingLoop.Run(
            "llama", llama.FrozenWeights, sizes.LlamaSteps, Rate, step => Loss(llama, step), report, cancellationToken);
        return llama;
    }

    private Tensor Loss(Llama llama, int step)
    {
        var texts = Enumerable.Range(0, BatchSize)
            .Select(i => Tokens(((long)step * BatchSize) + i))
            .ToList();
        var layout = SequenceLayout.Create([.. texts.Select(text => text.Length)], CPU);
        var ids = tensor(texts.SelectMany(text => text).Select(id => (long)id).ToArray());

        // Every place but the last of its text predicts the next token.
        var ends = texts.Aggregate(new List<int>(), (sums, text) => [.. sums, sums.LastOrDefault() + text.Length]);
        var predicted = Enumerable.Range(0, ends[^1]).Where(place => !ends.Contains(place + 1))
            .Select(place => (long)place).ToArray();
        var from = tensor(predicted);
        var hidden = llama.Forward(llama.Embed(ids), layout);
        var loss = Operators.CrossEntropySum(llama.Logits(hidden.index_select(0, from)), ids.index_select(0, from + 1));
        return loss / predicted.Length;
    }

    private int[] Tokens(long index)
    {
        var (prompt, answer) = PretrainingCorpus.Sample(sizes.Seed, (int)index);
        return [tokenizer.BeginId, .. tokenizer.Encode(prompt), .. tokenizer.Encode(answer + "</s>")];
    }
}
