using EmotionLlama.Runtime;
using EmotionLlama.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Runtime;

/// <summary>The heavy operators against their formulas, number by number.</summary>
public sealed class OperatorsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void RmsNorm_divides_by_the_root_of_the_mean_square()
    {
        var x = TinyModels.Normal([3, 5], 2, 1);
        var weight = TinyModels.Normal([5], 1, 2);

        var result = Operators.RmsNorm(x, weight, 0.01);

        for (var row = 0; row < 3; row++)
        {
            var values = x[row].data<float>().ToArray();
            var root = Math.Sqrt(values.Average(value => (double)value * value) + 0.01);
            for (var i = 0; i < 5; i++)
                Assert.Equal(values[i] / root * weight[i].item<float>(), result[row, i].item<float>(), 1e-5);
        }
    }

    [Fact]
    public void RmsNorm_squares_in_float32_what_float16_could_not_hold()
    {
        var large = full([1, 4], 1000, ScalarType.Float16);

        var result = Operators.RmsNorm(large, ones(4, ScalarType.Float16), 1e-5);

        Assert.Equal(ScalarType.Float16, result.dtype);
        Assert.InRange(TinyModels.Distance(ones(1, 4), result), 0, 1e-3);
    }

    [Fact]
    public void Rope_turns_each_pair_of_channels_by_the_position_times_its_frequency()
    {
        const int size = 6, position = 5;
        var x = TinyModels.Normal([1, 1, size], 1, 3);
        var (cosine, sine) = Rotations(size, position);

        var result = Operators.Rope(x, cosine, sine).flatten().data<float>().ToArray();

        var values = x.flatten().data<float>().ToArray();
        for (var i = 0; i < size / 2; i++)
        {
            var turned = new System.Numerics.Complex(values[i], values[i + (size / 2)])
                * System.Numerics.Complex.FromPolarCoordinates(1, position * Math.Pow(10_000, -2.0 * i / size));
            Assert.Equal(turned.Real, result[i], 1e-5);
            Assert.Equal(turned.Imaginary, result[i + (size / 2)], 1e-5);
        }
    }

    [Fact]
    public void Rope_makes_products_of_queries_and_keys_depend_on_their_distance_alone()
    {
        const int size = 8;
        var query = TinyModels.Normal([1, 1, size], 1, 4);
        var key = TinyModels.Normal([1, 1, size], 1, 5);

        var near = Product(7, 4);

        Assert.Equal(near, Product(3, 0), 1e-5);
        Assert.Equal(near, Product(103, 100), 1e-4);
        Assert.NotEqual(near, Product(7, 5), 1e-3);

        double Product(int at, int before)
        {
            var (cosine, sine) = Rotations(size, at);
            var (otherCosine, otherSine) = Rotations(size, before);
            var turnedKey = Operators.Rope(key, otherCosine, otherSine);
            return (Operators.Rope(query, cosine, sine) * turnedKey).sum().item<float>();
        }
    }

    [Theory]
    [InlineData(new[] { 4 })]
    [InlineData(new[] { 2, 2 })]
    [InlineData(new[] { 3, 1, 4 })]
    public void Attention_is_a_softmax_over_the_tokens_of_the_sequence_so_far(int[] lengths)
    {
        const int heads = 4, keyHeads = 2, size = 3;
        var tokens = lengths.Sum();
        var query = TinyModels.Normal([tokens, heads, size], 1, 12);
        var key = TinyModels.Normal([tokens, keyHeads, size], 1, 13);
        var value = TinyModels.Normal([tokens, keyHeads, size], 1, 14);

        var result = Operators.Attention(query, key, value, SequenceLayout.Create(lengths, CPU));

        var start = 0;
        foreach (var length in lengths)
        {
            for (var token = start; token < start + length; token++)
            {
                for (var head = 0; head < heads; head++)
                {
                    var shared = head / (heads / keyHeads);
                    var scores = key.narrow(0, start, token - start + 1).select(1, shared).mv(query[token, head]);
                    var weights = (scores / Math.Sqrt(size)).softmax(0);
                    var expected = weights.matmul(value.narrow(0, start, token - start + 1).select(1, shared));
                    Assert.InRange(TinyModels.Distance(expected, result[token].narrow(0, head * size, size)), 0, 1e-5);
                }
            }

            start += length;
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(0, 0, 1, 1)]
    [InlineData(0, 1, 1)]
    public void Cached_attention_sees_each_sequences_prompt_and_answer_alone(params int[] promptOfRow)
    {
        const int heads = 4, keyHeads = 2, size = 3, answerTokens = 4;
        int[] lengths = [5, 2];
        var rows = promptOfRow.Length;
        var query = TinyModels.Normal([rows, heads, size], 1, 15);
        var kept = new CachedTokens(
            TinyModels.Normal([2, keyHeads, 5, size], 1, 16),
            TinyModels.Normal([2, keyHeads, 5, size], 1, 17),
            TinyModels.Normal([rows, keyHeads, answerTokens, size], 1, 18),
            TinyModels.Normal([rows, keyHeads, answerTokens, size], 1, 19));
        var each = rows / 2;

        var result = Operators.CachedAttention(query, kept, new CachedSequences
        {
            Positions = tensor(promptOfRow.Select(prompt => lengths[prompt] + (long)answerTokens - 1).ToArray()),
            PromptOfRow = tensor(promptOfRow.Select(prompt => (long)prompt).ToArray()),
            PromptLengths = tensor(new[] { 5L, 2L }),
            Mask = stack(promptOfRow.Select(prompt => cat(
                [zeros(lengths[prompt]), full([5 - lengths[prompt]], double.NegativeInfinity)])))
                .view(rows, 1, 1, 5),
            RowsOfPrompt = promptOfRow.Index().All(pair => pair.Item == pair.Index / each) ? each : 0,
            AnswerTokens = answerTokens - 1,
        });

        for (var row = 0; row < rows; row++)
        {
            for (var head = 0; head < heads; head++)
            {
                var (prompt, shared) = (promptOfRow[row], head / 2);
                var keys = Seen(kept.PromptKeys, kept.AnswerKeys);
                var values = Seen(kept.PromptValues, kept.AnswerValues);
                var weights = (keys.mv(query[row, head]) / Math.Sqrt(size)).softmax(0);
                Assert.InRange(
                    TinyModels.Distance(weights.matmul(values), result[row].narrow(0, head * size, size)), 0, 1e-5);

                Tensor Seen(Tensor prompts, Tensor answers) =>
                    cat([prompts[prompt, shared].narrow(0, 0, lengths[prompt]), answers[row, shared]]);
            }
        }
    }

    [Fact]
    public void CrossEntropySum_adds_the_negative_log_probabilities_of_the_targets()
    {
        var logits = TinyModels.Normal([3, 5], 2, 18);
        long[] targets = [4, 0, 2];

        var result = Operators.CrossEntropySum(logits, tensor(targets));

        var expected = targets.Index().Sum(target =>
        {
            var row = logits[target.Index].data<float>().ToArray();
            return Math.Log(row.Sum(logit => Math.Exp(logit))) - row[target.Item];
        });
        Assert.Equal(expected, result.item<float>(), 1e-4);
    }

    [Fact]
    public void CrossEntropySum_of_float16_logits_is_computed_in_float32()
    {
        // 1,000 losses of about 100 each are beyond float16.
        var logits = zeros([1000, 2], ScalarType.Float16);
        logits[.., 0].fill_(100);

        var result = Operators.CrossEntropySum(logits, ones(1000, ScalarType.Int64));

        Assert.Equal(ScalarType.Float32, result.dtype);
        Assert.Equal(100_000, result.item<float>(), 1);
    }

    private static (Tensor Cosine, Tensor Sine) Rotations(int size, int position)
    {
        var angles = Enumerable.Range(0, size).Select(i => position * Math.Pow(10_000, -2.0 * (i % (size / 2)) / size));
        return (Row(Math.Cos), Row(Math.Sin));

        Tensor Row(Func<double, double> function) =>
            tensor(angles.Select(angle => (float)function(angle)).ToArray()).view(1, 1, size);
    }
}
