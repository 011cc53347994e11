using EmotionLlama.Runtime;
using EmotionLlama.Tests.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Tests.Runtime;

/// <summary>The decoder's operators backwards, against what libtorch derives from them forwards.</summary>
public sealed class FusedOperatorsTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1, 8)]
    [InlineData(3, 7)]
    [InlineData(5, 24)]
    public void The_gradient_of_a_normalization_is_added_to_the_residual(int tokens, int hidden)
    {
        var x = TinyModels.Normal([tokens, hidden], 2, 1).requires_grad_();
        var weight = TinyModels.Normal([hidden], 1, 2);
        var (gradient, residual) = (TinyModels.Normal([tokens, hidden], 1, 3), TinyModels.Normal([tokens, hidden], 1, 4));

        var (sum, normed, _) = FusedOperators.AddRmsNorm(x, null, weight, 0.01);
        autograd.backward([normed], [gradient]);
        var result = FusedOperators.RmsNormBackward(gradient, null, null, x.detach(), weight, 0.01, residual);

        Assert.Equal(0, TinyModels.Distance(x, sum));
        Assert.InRange(TinyModels.Distance(x.grad! + residual, result), 0, 1e-5);
    }

    [Fact]
    public void What_is_added_to_the_residual_stream_is_normalized_with_it()
    {
        var (x, delta) = (TinyModels.Normal([3, 8], 1, 1), TinyModels.Normal([3, 8], 1, 2));
        var weight = TinyModels.Normal([8], 1, 3);

        var (sum, normed, _) = FusedOperators.AddRmsNorm(x, delta, weight, 0.01);

        Assert.Equal(0, TinyModels.Distance(x + delta, sum));
        Assert.Equal(0, TinyModels.Distance(Operators.RmsNorm(x + delta, weight, 0.01), normed));
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(4, 2)]
    [InlineData(3, 1)]
    public void The_gradient_of_rotated_queries_and_keys_is_turned_back(int heads, int keyHeads)
    {
        const int tokens = 5, channels = 6;
        using var table = new RotaryTable(channels, positions: 16, theta: 100, factor: 1, CPU);
        var rotations = new Rotations(table, tensor((long[])[0, 1, 2, 0, 7]), ScalarType.Float32);
        var row = TinyModels.Normal([tokens, (heads + (2 * keyHeads)) * channels], 1, 1).requires_grad_();

        var (query, key, value) = FusedOperators.Rope(row, rotations, heads, keyHeads);
        var gradients = new QueryKeyValue(Like(query, 2), Like(key, 3), Like(value, 4));
        autograd.backward([query, key, value], [gradients.Query, gradients.Key, gradients.Value]);

        Assert.InRange(TinyModels.Distance(row.grad!, FusedOperators.RopeBackward(gradients, rotations)), 0, 1e-5);
        Assert.Equal(0, TinyModels.Distance(row.narrow(1, (heads + keyHeads) * channels, keyHeads * channels).view(
            tokens, keyHeads, channels), value));
    }

    [Fact]
    public void Low_rank_updates_are_added_before_queries_and_keys_are_turned()
    {
        const int tokens = 3, heads = 4, keyHeads = 2, channels = 6, rank = 2;
        using var table = new RotaryTable(channels, positions: 16, theta: 100, factor: 1, CPU);
        var rotations = new Rotations(table, tensor((long[])[0, 1, 9]), ScalarType.Float32);
        var row = TinyModels.Normal([tokens, (heads + (2 * keyHeads)) * channels], 1, 1);
        var ofQueries = new LowRankUpdate(0, Normal(2, tokens, rank), Normal(3, rank, heads * channels));
        var ofValues = new LowRankUpdate(
            (heads + keyHeads) * channels, Normal(4, tokens, rank), Normal(5, rank, keyHeads * channels));
        var updated = row + cat(
            [ofQueries.Low.mm(ofQueries.Second), zeros(tokens, keyHeads * channels), ofValues.Low.mm(ofValues.Second)], 1);

        var expected = FusedOperators.Rope(updated, rotations, heads, keyHeads);
        var actual = FusedOperators.Rope(row, rotations, heads, keyHeads, ofQueries, ofValues);

        Assert.InRange(TinyModels.Distance(expected.Query, actual.Query), 0, 1e-5);
        Assert.InRange(TinyModels.Distance(expected.Key, actual.Key), 0, 1e-5);
        Assert.InRange(TinyModels.Distance(expected.Value, actual.Value), 0, 1e-5);

        static Tensor Normal(int seed, params long[] shape) => TinyModels.Normal(shape, 1, seed);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 5)]
    public void SwiGlu_gates_with_a_sigmoid_weighted_value(int tokens, int inner)
    {
        var row = TinyModels.Normal([tokens, 2 * inner], 2, 6).requires_grad_();
        var gradient = TinyModels.Normal([tokens, inner], 1, 7);

        var result = FusedOperators.SwiGlu(row);
        autograd.backward([result], [gradient]);

        for (var i = 0; i < inner; i++)
        {
            double gate = row[0, i].item<float>();
            Assert.Equal(gate / (1 + Math.Exp(-gate)) * row[0, inner + i].item<float>(), result[0, i].item<float>(), 1e-5);
        }

        Assert.InRange(
            TinyModels.Distance(row.grad!, FusedOperators.SwiGluBackward(gradient, row.detach().clone())), 0, 1e-5);
    }

    [Theory]
    [InlineData(new[] { 4 })]
    [InlineData(new[] { 1 })]
    [InlineData(new[] { 3, 1, 4 })]
    public void The_gradient_of_attention_is_libtorchs(int[] lengths)
    {
        var layout = SequenceLayout.Create(lengths, CPU);
        using var table = new RotaryTable(6, lengths.Max(), 10_000, 1, CPU);
        var rotations = new Rotations(table, layout.Positions, ScalarType.Float32);
        var row = TinyModels.Normal([lengths.Sum(), 8 * 6], 1, 1).requires_grad_();
        var gradient = TinyModels.Normal([lengths.Sum(), 4 * 6], 1, 4);

        var expected = PackedAttention.Attend(FusedOperators.Rope(row, rotations, 4, 2), layout);
        autograd.backward([expected], [gradient]);
        using var attention = PackedAttention.Forward(FusedOperators.Rope(row.detach(), rotations, 4, 2), layout);
        var result = attention.Backward(gradient, rotations, RowForms.Wide);

        Assert.Equal(0, TinyModels.Distance(expected, attention.Output));
        Assert.InRange(TinyModels.Distance(row.grad!, result.Full), 0, 1e-5);
    }

    [Fact]
    public void The_cross_entropy_comes_with_its_gradient()
    {
        var logits = TinyModels.Normal([4, 9], 2, 1).requires_grad_();
        var targets = tensor((long[])[0, 8, 3, 3]);

        var expected = functional.cross_entropy(logits, targets, reduction: Reduction.Sum);
        (expected * 0.5).backward();
        var (loss, gradient) = FusedOperators.CrossEntropy(logits.detach().clone(), targets, 0.5);

        Assert.Equal(expected.item<float>(), loss.item<float>(), 1e-5);
        Assert.InRange(TinyModels.Distance(logits.grad!, gradient), 0, 1e-5);
    }

    private static Tensor Like(Tensor x, int seed) => TinyModels.Normal(x.shape, 1, seed);
}
