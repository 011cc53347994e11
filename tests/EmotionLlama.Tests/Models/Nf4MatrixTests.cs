using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

/// <summary>Frozen matrices in 4 bits: the levels, the blocks, and the products.</summary>
[Collection(SharedGenerator.Name)]
public sealed class Nf4MatrixTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>The paper's construction: 8 quantiles above zero, 7 below it, and zero itself, of a normal distribution that is
    /// cut where half of the outermost interval's probability lies beyond; scaled to 1.</summary>
    [Fact]
    public void Levels_are_quantiles_of_the_normal_distribution()
    {
        const double outermost = ((1 - (1 / 30.0)) + (1 - (1 / 32.0))) / 2;
        var above = Quantiles(8);
        var below = -Quantiles(7).flip(0);

        var expected = cat([below, zeros(1, ScalarType.Float64), above]) / above.max();

        Assert.InRange(TinyModels.Distance(expected, tensor(Nf4Blocks.Levels.ToArray())), 0, 1e-6);

        static Tensor Quantiles(int count)
        {
            var probabilities = linspace(0.5, outermost, count + 1, ScalarType.Float64)[1..];
            return special.erfinv((2 * probabilities) - 1) * Math.Sqrt(2);
        }
    }

    [Fact]
    public void Levels_times_a_block_s_maximum_are_kept()
    {
        // Both blocks have the same maximum, so the mean of the maxima is exact, and nothing is rounded.
        var levels = Nf4Blocks.Levels.ToArray();
        var x = tensor(Enumerable.Range(0, 128).Select(i => levels[i * 7 % 16] * 0.5f).ToArray());

        Assert.Equal(x.data<float>(), RoundTrip(x).data<float>());
    }

    [Fact]
    public void The_first_of_two_codes_is_in_the_upper_half_of_a_byte()
    {
        var x = zeros(64);
        x[0] = 1;
        x[1] = -1;
        x[3] = 0.45f;
        using var blocks = new Nf4Blocks(64, CPU);

        blocks.Fill(x);

        Assert.Equal((byte[])[0xF0, 0x7C, 0x77, 0x77], blocks.Codes[..4].data<byte>().ToArray());
    }

    [Theory]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(70_000)]
    [InlineData(4_200_000)]
    public void Each_number_becomes_the_nearest_level_of_its_block(int count)
    {
        var x = TinyModels.Normal([count], 0.02, 1);
        var actual = RoundTrip(x).data<float>().ToArray();
        var values = x.data<float>().ToArray();

        double squares = 0, errors = 0;
        for (var first = 0; first < count; first += Nf4Blocks.BlockSize)
        {
            var block = values.AsSpan(first, Math.Min(Nf4Blocks.BlockSize, count - first));
            float largest = 0;
            foreach (var value in block)
                largest = Math.Max(largest, Math.Abs(value));

            for (var i = 0; i < block.Length; i++)
            {
                var level = Nf4Blocks.Levels.MinBy(level => Math.Abs(level - (values[first + i] / largest)));

                // No farther than the nearest level, but for the maximum's own rounding to 8 bits: half a step of a 127th of
                // how far maxima lie from their mean.
                var nearest = Math.Abs((level * largest) - values[first + i]);
                Assert.True(Math.Abs(actual[first + i] - values[first + i]) <= nearest + (0.01 * largest));
                squares += values[first + i] * values[first + i];
                errors += Math.Pow(actual[first + i] - values[first + i], 2);
            }
        }

        Assert.InRange(Math.Sqrt(errors / squares), 0.05, 0.1);
    }

    [Fact]
    public void Blocks_of_zeros_stay_zero()
    {
        var x = cat([TinyModels.Normal([64], 1, 1), zeros(64)]);

        Assert.Equal(0, RoundTrip(x)[64..].abs().max().item<float>());
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Products_are_those_of_the_rounded_matrix(ScalarType type)
    {
        var (first, second) = (TinyModels.Normal([16, 36], 0.2, 1), TinyModels.Normal([33, 36], 0.2, 2));
        using var source = new InMemoryWeights { { "a", first.clone() }, { "b", second.clone() } };
        using var scratch = new SharedScratch(type, CPU);
        using var matrix = new Nf4Matrix(new WeightReader(source, CPU, type), 36, [("a", 16), ("b", 33)], scratch);
        var (x, gradient) = (TinyModels.Normal([5, 36], 1, 3).to(type), TinyModels.Normal([5, 49], 1, 4).to(type));
        using var _ = no_grad();

        var whole = cat([.. matrix.Parts]);

        Assert.Equal([16L, 33], matrix.Parts.Select(part => part.shape[0]));
        Assert.InRange(TinyModels.Distance(cat([first, second]), whole), 0.01, 0.15);
        Assert.Equal(0, TinyModels.Distance(x.mm(whole.t()), matrix.Forward(x)));
        Assert.Equal(0, TinyModels.Distance(gradient.mm(whole), matrix.Backward(gradient)));
    }

    [Fact]
    public void A_number_takes_less_than_4_and_a_fifth_bits()
    {
        using var blocks = new Nf4Blocks(1 << 20, CPU);

        var bytes = blocks.Stored.Sum(tensor => tensor.numel() * tensor.element_size());

        Assert.InRange(8.0 * bytes / (1 << 20), 4.1, 4.2);
    }

    [Fact]
    public void A_model_answers_with_its_rounded_weights_and_leaves_nothing_in_memory()
    {
        var before = LiveTensors.CountBefore();
        using (NewDisposeScope())
        using (no_grad())
        {
            using var rounded = Llama(TinyModels.LlamaWeights(TinyModels.Config), FrozenFormat.Nf4);
            using var weights = new InMemoryWeights(rounded.FrozenWeights.Select(
                weight => KeyValuePair.Create(weight.Name, weight.Value.clone())));
            using var dense = Llama(weights, FrozenFormat.Auto);

            Assert.Equal(0, TinyModels.Distance(Run(dense), Run(rounded)));
        }

        Assert.Equal(before, LiveTensors.Count);

        static Llama Llama(IWeightSource weights, FrozenFormat format) => new(
            TinyModels.Config, new WeightReader(weights, CPU, ScalarType.Float32), new LoraSettings { Rank = 0 }, format);

        static Tensor Run(Llama llama) => llama.Forward(
            TinyModels.Normal([7, TinyModels.Config.HiddenSize], 1, 8), SequenceLayout.Create([4, 3], CPU));
    }

    private static Tensor RoundTrip(Tensor x)
    {
        using var blocks = new Nf4Blocks(x.numel(), CPU);
        blocks.Fill(x);
        var result = empty(Nf4Blocks.Padded(x.numel()));
        blocks.Write(result);
        return result[..(int)x.numel()];
    }
}
