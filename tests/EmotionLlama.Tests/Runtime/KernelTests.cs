using EmotionLlama.Runtime;
using EmotionLlama.Tests.Models;
using EmotionLlama.Tests.Training;
using EmotionLlama.Training;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Runtime;

/// <summary>The CUDA kernels against the plain operators, which compute the same in float32 on the CPU.</summary>
public sealed class KernelTests : GpuTests
{
    public static TheoryData<ScalarType, int, int> Shapes
    {
        get
        {
            var data = new TheoryData<ScalarType, int, int>();
            foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16])
            {
                // One row, odd numbers of rows, rows shorter and longer than a block, and rows that no kernel takes.
                foreach (var (rows, width) in ((int, int)[])[(1, 8), (3, 40), (7, 4096), (130, 5120), (2, 8192), (5, 9)])
                    data.Add(type, rows, width);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Normalization(ScalarType type, int rows, int width)
    {
        var (x, delta, weight) = (Draw(type, 1, rows, width), Draw(type, 2, rows, width), Draw(type, 3, width));
        var (gradient, residual) = (Draw(type, 4, rows, width), Draw(type, 5, rows, width));

        using var mask = DropoutMask.Draw(x.cuda(), 0.3, new DropoutSeeds());
        var (sum, normed, dropped) = FusedOperators.AddRmsNorm(x.cuda(), delta.cuda(), weight.cuda(), 1e-5, mask);
        Assert.Equal(0, TinyModels.Distance(Wide(mask!.Apply(normed)), Wide(dropped)));
        AssertClose(type, x.to(ScalarType.Float32) + delta, sum);
        AssertClose(type, FusedOperators.AddRmsNorm(Wide(sum), null, Wide(weight), 1e-5).Normed, normed);

        var alone = FusedOperators.AddRmsNorm(x.cuda(), null, weight.cuda(), 1e-5).Normed;
        AssertClose(type, FusedOperators.AddRmsNorm(Wide(x), null, Wide(weight), 1e-5).Normed, alone);

        AssertClose(
            type,
            FusedOperators.RmsNormBackward(
                Wide(gradient), null, null, Wide(x), Wide(weight), 1e-5, Wide(residual)),
            FusedOperators.RmsNormBackward(
                gradient.cuda(), null, null, x.cuda(), weight.cuda(), 1e-5, residual.cuda()));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Dropout_is_the_same_wherever_it_is_applied(ScalarType type, int rows, int width)
    {
        var (x, weight, low) = (Draw(type, 1, rows, width), Draw(type, 2, width), Draw(type, 3, rows, width));
        var gradient = Draw(type, 4, rows, width);
        using var mask = DropoutMask.Draw(x.cuda(), 0.25, new DropoutSeeds())!;

        var dropped = mask.Apply(low.cuda());
        var ratio = Wide(dropped) / Wide(low);

        Assert.Equal(0, (Wide(dropped) - Wide(mask.Apply(low.cuda()))).abs().max().item<float>());
        Assert.True(ratio.eq(0).logical_or((ratio - (4 / 3f)).abs() < 0.02).all().item<bool>());
        var share = ratio.eq(0).to(ScalarType.Float32).mean().item<float>();
        Assert.InRange(share, 0.25 - (2.5 / Math.Sqrt(x.numel())), 0.25 + (2.5 / Math.Sqrt(x.numel())));
        AssertClose(
            type,
            FusedOperators.RmsNormBackward(
                Wide(gradient) + Wide(dropped), null, null, Wide(x), Wide(weight), 1e-5, null),
            FusedOperators.RmsNormBackward(gradient.cuda(), low.cuda(), mask, x.cuda(), weight.cuda(), 1e-5, null));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SwiGlu(ScalarType type, int rows, int width)
    {
        var (gateUp, gradient) = (Draw(type, 1, rows, 2 * width), Draw(type, 2, rows, width));

        AssertClose(type, FusedOperators.SwiGlu(Wide(gateUp)), FusedOperators.SwiGlu(gateUp.cuda()));
        AssertClose(
            type,
            FusedOperators.SwiGluBackward(Wide(gradient), Wide(gateUp)),
            FusedOperators.SwiGluBackward(gradient.cuda(), gateUp.cuda()));
    }

    [Theory]
    [InlineData(ScalarType.Float32, 4, 4, 128)]
    [InlineData(ScalarType.BFloat16, 32, 32, 128)]
    [InlineData(ScalarType.BFloat16, 8, 2, 64)]
    [InlineData(ScalarType.Float16, 3, 1, 16)]
    [InlineData(ScalarType.BFloat16, 3, 1, 10)]
    public void Rotation(ScalarType type, int heads, int keyHeads, int channels)
    {
        long[] positions = [0, 1, 2, 3, 0, 0, 1, 99];
        var row = Draw(type, 1, positions.Length, (heads + (2 * keyHeads)) * channels);
        using var table = new RotaryTable(channels, 100, 10_000, 1, CPU);
        using var there = new RotaryTable(channels, 100, 10_000, 1, CUDA);
        var rotations = new Rotations(table, tensor(positions), ScalarType.Float32);
        var onGpu = new Rotations(there, tensor(positions, device: CUDA), type);

        var expected = FusedOperators.Rope(Wide(row), rotations, heads, keyHeads);
        var actual = FusedOperators.Rope(row.cuda(), onGpu, heads, keyHeads);
        AssertClose(type, expected.Query, actual.Query);
        AssertClose(type, expected.Key, actual.Key);
        AssertClose(type, expected.Value, actual.Value);

        var back = FusedOperators.RopeBackward(actual, onGpu);
        AssertClose(type, Wide(row), back, looser: 2);
    }

    // Blocks of 64 tokens and of 8 heads that are not full, ranks that a kernel does not take, and updates of some of the three.
    [Theory]
    [InlineData(ScalarType.BFloat16, 480, 32, 32, 64, "qv")]
    [InlineData(ScalarType.BFloat16, 1, 4, 4, 64, "qv")]
    [InlineData(ScalarType.BFloat16, 63, 12, 12, 16, "qkv")]
    [InlineData(ScalarType.BFloat16, 65, 9, 3, 32, "v")]
    [InlineData(ScalarType.BFloat16, 130, 8, 8, 72, "qv")]
    [InlineData(ScalarType.Float16, 129, 16, 4, 8, "k")]
    [InlineData(ScalarType.Float16, 200, 8, 8, 12, "qk")]
    [InlineData(ScalarType.Float16, 64, 1, 1, 64, "q")]
    [InlineData(ScalarType.Float32, 70, 4, 2, 64, "qv")]
    public void Low_rank_updates_before_the_rotation(
        ScalarType type, int tokens, int heads, int keyHeads, int rank, string updated)
    {
        const int channels = 128;
        var row = Draw(type, 1, tokens, (heads + (2 * keyHeads)) * channels);
        var low = Draw(type, 2, tokens, updated.Length * rank);
        var second = Draw(type, 3, (heads + (2 * keyHeads)) * channels, rank);
        var positions = arange(tokens, ScalarType.Int64).flip(0);
        using var table = new RotaryTable(channels, tokens, 10_000, 1, CPU);
        using var there = new RotaryTable(channels, tokens, 10_000, 1, CUDA);
        var onCpu = new Rotations(table, positions, ScalarType.Float32);
        var onGpu = new Rotations(there, positions.cuda(), type);

        // Without the copy, float32 rows would be changed before they come to the GPU.
        var expected = FusedOperators.Rope(
            Wide(row).clone(), onCpu, heads, keyHeads, Updates(Wide(low), Wide(second)));
        var actual = FusedOperators.Rope(row.cuda(), onGpu, heads, keyHeads, Updates(low.cuda(), second.cuda()));

        AssertClose(type, expected.Query, actual.Query);
        AssertClose(type, expected.Key, actual.Key);
        AssertClose(type, expected.Value, actual.Value);

        LowRankUpdate[] Updates(Tensor lows, Tensor seconds) =>
        [
            .. from part in (IEnumerable<(char Name, int First, int Heads)>)
                   [('q', 0, heads), ('k', heads, keyHeads), ('v', heads + keyHeads, keyHeads)]
               where updated.Contains(part.Name, StringComparison.Ordinal)
               select new LowRankUpdate(
                   part.First * channels,
                   lows.narrow(1, updated.IndexOf(part.Name, StringComparison.Ordinal) * rank, rank),
                   seconds.narrow(0, part.First * channels, part.Heads * channels).t()),
        ];
    }

    [Theory]
    [InlineData(ScalarType.Float32, 3, 32000)]
    [InlineData(ScalarType.BFloat16, 150, 32000)]
    [InlineData(ScalarType.Float16, 1, 777)]
    [InlineData(ScalarType.BFloat16, 2, 3)]
    public void Cross_entropy(ScalarType type, int rows, int vocabulary)
    {
        var logits = Draw(type, 1, rows, vocabulary) * 4;
        var targets = tensor(Enumerable.Range(0, rows).Select(i => (i * 31L) % vocabulary).ToArray());

        var (expectedLoss, expected) = FusedOperators.CrossEntropy(Wide(logits), targets, 3);
        var (loss, gradient) = FusedOperators.CrossEntropy(logits.cuda(), targets.cuda(), 3);

        Assert.Equal(expectedLoss.item<float>(), loss.item<float>(), 1e-3f * (1 + expectedLoss.item<float>()));
        AssertClose(type, expected, gradient);
    }

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Float32)]
    public void A_wide_product_is_rounded_to_float32_only(ScalarType type)
    {
        var (left, right) = (Draw(type, 1, 300, 40), Draw(type, 2, 300, 24));
        var result = zeros([40, 24], ScalarType.Float32, CUDA);

        FusedOperators.WideProduct(left.cuda().t(), right.cuda(), result);

        AssertClose(ScalarType.Float32, Wide(left).t().mm(Wide(right)), result, looser: 50);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void AdamW_steps_as_on_the_CPU_and_skips_what_is_not_finite(double maximum)
    {
        var start = TinyModels.Normal([7, 41], 1, 1);
        using var here = new TrainedSet(("w", start));
        using var there = new TrainedSet(("w", start.cuda()));
        using var plain = new AdamW(here.Flat, weightDecay: 0.1);
        using var fused = new AdamW(there.Flat, weightDecay: 0.1);
        foreach (var value in (float[])[1, -3, float.PositiveInfinity, 2])
        {
            var gradient = TinyModels.Normal([7, 41], 4, 2) * value;
            here.SetGradient("w", gradient);
            there.SetGradient("w", gradient.cuda());
            plain.Step(1e-2, here.Flat.CompleteGradients()!.norm(), lossScale: 8, maximum);
            fused.Step(1e-2, there.Flat.CompleteGradients()!.norm(), lossScale: 8, maximum);
            if (float.IsInfinity(value))
                fused.TakeBackCount();
        }

        Assert.Equal(3, fused.States[0].Steps);
        AssertClose(ScalarType.Float32, here["w"], there["w"]);
        AssertClose(ScalarType.Float32, plain.States[0].SecondMoment, fused.States[0].SecondMoment);
    }

    [Fact]
    public void Nothing_happens_to_an_empty_row_of_tokens()
    {
        var gateUp = empty([0, 32], ScalarType.BFloat16, CUDA);

        Assert.Equal([0, 16], FusedOperators.SwiGlu(gateUp).shape);
    }
}
