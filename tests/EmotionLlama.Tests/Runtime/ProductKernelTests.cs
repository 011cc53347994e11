using EmotionLlama.Runtime;
using EmotionLlama.Tests.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Runtime;

/// <summary>Products with the feed-forward's gate behind them on a GPU, against plain operators in float32 on the CPU.</summary>
public sealed class ProductKernelTests : GpuTests
{
    /// <summary>Rows, summed indices and columns: a few rows, as other ways take them; whole tiles of 256 x 256 and 64 indices;
    /// one row more or less; tiles that are hardly begun; more tiles than a GPU computes at once.</summary>
    public static TheoryData<ScalarType, int, int, int> Shapes
    {
        get
        {
            (int, int, int)[] shapes =
                [(3, 64, 32), (4096, 64, 256), (4097, 192, 272), (4200, 16, 16), (4351, 1024, 336), (6000, 80, 2064)];
            var all = new TheoryData<ScalarType, int, int, int>();
            foreach (var (rows, depth, columns) in shapes)
            {
                all.Add(ScalarType.BFloat16, rows, depth, columns);
                all.Add(ScalarType.Float16, rows, depth, columns);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gate_and_up_are_gated_in_their_product(ScalarType type, int rows, int depth, int columns)
    {
        var (x, matrix) = (Draw(type, 1, rows, depth), Matrix(type, 2, 2 * columns, depth, depth));

        var (gateUp, gated) = FusedOperators.LinearSwiGlu(x.cuda(), matrix.cuda());

        AssertClose(type, Wide(x).mm(Wide(matrix).t()), gateUp);
        AssertClose(type, FusedOperators.SwiGlu(Wide(gateUp)), gated);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_gradients_of_gate_and_up_take_their_places(ScalarType type, int rows, int depth, int columns)
    {
        var (gradient, matrix) = (Draw(type, 1, rows, depth), Matrix(type, 2, depth, columns, depth));
        var gateUp = Draw(type, 3, rows, 2 * columns);
        var expected = FusedOperators.SwiGluBackward(Wide(gradient).mm(Wide(matrix)), Wide(gateUp));

        var actual = FusedOperators.LinearSwiGluBackward(gradient.cuda(), matrix.cuda(), gateUp.cuda());

        AssertClose(type, expected, actual);
    }

    [Fact]
    public void They_give_the_same_bits_in_every_run()
    {
        var (x, up) = (Draw(ScalarType.BFloat16, 1, 4200, 320).cuda(), Matrix(ScalarType.BFloat16, 2, 2080, 320, 320).cuda());
        var (gradient, down) = (Draw(ScalarType.BFloat16, 3, 4200, 320).cuda(), Matrix(ScalarType.BFloat16, 4, 320, 1040, 320).cuda());

        var first = Run();

        Assert.All(Enumerable.Range(0, 5), _ => Assert.Equal(0, TinyModels.Distance(first, Run())));

        Tensor Run()
        {
            var (gateUp, gated) = FusedOperators.LinearSwiGlu(x, up);
            return cat([FusedOperators.LinearSwiGluBackward(gradient, down, gateUp), gated], 1);
        }
    }

    /// <summary>Values so large that products with rows of size 1 have size 1.</summary>
    private static Tensor Matrix(ScalarType type, int seed, int rows, int columns, int depth) =>
        TinyModels.Normal([rows, columns], 1 / Math.Sqrt(depth), seed).to(type);
}
