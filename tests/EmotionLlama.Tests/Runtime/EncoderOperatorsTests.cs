using EmotionLlama.Runtime;
using EmotionLlama.Tests.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Runtime;

/// <summary>The operators of a frozen encoder, against their formulas.</summary>
public sealed class EncoderOperatorsTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1, 4, false)]
    [InlineData(3, 7, true)]
    public void A_normalized_row_has_the_weights_deviation_and_the_biass_mean(int tokens, int channels, bool isSum)
    {
        var x = TinyModels.Normal([tokens, channels], 3, 1) + 5;
        var delta = isSum ? TinyModels.Normal([tokens, channels], 1, 2) : null;

        var (sum, normed) = EncoderOperators.AddLayerNorm(
            x, delta, ones(channels) * 2, ones(channels) * 7, epsilon: 1e-9, room: null);

        Assert.Equal(0, TinyModels.Distance(delta is null ? x : x + delta, sum));
        for (var i = 0; i < tokens; i++)
        {
            Assert.Equal(7, normed[i].mean().item<float>(), 1e-4);
            Assert.Equal(2, normed[i].std(unbiased: false).item<float>(), 1e-4);
            Assert.Equal(sum[i].argmax().item<long>(), normed[i].argmax().item<long>());
        }
    }

    [Fact]
    public void A_linear_map_writes_into_a_tensor_that_is_there()
    {
        var (x, weight, bias) = (
            TinyModels.Normal([5, 3], 1, 1), TinyModels.Normal([4, 3], 1, 2), TinyModels.Normal([4], 1, 3));
        var into = zeros(5, 4);

        var result = EncoderOperators.Linear(x, weight, bias, into);

        Assert.Same(into, result);
        Assert.InRange(TinyModels.Distance(x.mm(weight.t()) + bias, into), 0, 1e-5);
        Assert.Equal(0, TinyModels.Distance(EncoderOperators.Linear(x, weight, bias, into: null), into));
    }

    [Fact]
    public void The_activation_is_the_exact_one()
    {
        var x = TinyModels.Normal([3, 50], 2, 1);

        // The usual approximation by tanh is up to 4e-4 away from this.
        var expected = x * 0.5 * ((x / Math.Sqrt(2)).erf() + 1);
        Assert.InRange(TinyModels.Distance(expected, EncoderOperators.Gelu(x, room: null)), 0, 1e-6);
    }

    [Theory]
    [InlineData(1, 1, 1, 8)]
    [InlineData(2, 5, 3, 6)]
    public void Each_token_attends_to_all_of_its_sequence_and_to_no_other(
        int sequences, int tokens, int heads, int channels)
    {
        var rows = TinyModels.Normal([sequences * tokens, 3 * heads * channels], 1, 1);

        var attended = EncoderOperators.Attention(rows, sequences, heads, room: null);

        Assert.Equal([sequences * tokens, heads * channels], attended.shape);
        for (var sequence = 0; sequence < sequences; sequence++)
        {
            for (var head = 0; head < heads; head++)
            {
                var (query, key, value) = (Part(0), Part(1), Part(2));
                var expected = (query.mm(key.t()) / Math.Sqrt(channels)).softmax(-1).mm(value);
                var actual = attended.narrow(0, sequence * tokens, tokens).narrow(1, head * channels, channels);
                Assert.InRange(TinyModels.Distance(expected, actual), 0, 1e-5);

                Tensor Part(int kind) => rows.narrow(0, sequence * tokens, tokens)
                    .narrow(1, ((kind * heads) + head) * channels, channels);
            }
        }
    }
}
