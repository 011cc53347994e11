using EmotionLlama.Runtime;
using EmotionLlama.Runtime.Cuda;
using EmotionLlama.Tests.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Runtime;

/// <summary>Attention inside packed sequences on a GPU, against plain operators in float32 on the CPU.</summary>
public sealed class AttentionKernelTests : GpuTests
{
    // One token, one more or less than a block of 64 or 128, heads that share keys, and heads of other sizes.
    [Theory]
    [InlineData(ScalarType.BFloat16, 32, 32, 128, new[] { 480, 480 })]
    [InlineData(ScalarType.BFloat16, 4, 4, 128, new[] { 1, 63, 64, 65, 7, 577, 128, 127, 129 })]
    [InlineData(ScalarType.BFloat16, 8, 2, 128, new[] { 200, 33 })]
    [InlineData(ScalarType.Float16, 3, 1, 128, new[] { 2 })]
    [InlineData(ScalarType.Float16, 4, 4, 128, new[] { 96, 130 })]
    [InlineData(ScalarType.BFloat16, 8, 2, 64, new[] { 1, 130, 17 })]
    [InlineData(ScalarType.Float16, 4, 4, 16, new[] { 5 })]
    [InlineData(ScalarType.Float32, 4, 2, 16, new[] { 5, 3 })]
    public void Outputs_and_gradients_are_those_of_plain_operators(
        ScalarType type, int heads, int keyHeads, int channels, int[] lengths)
    {
        var row = Draw(type, 1, lengths.Sum(), (heads + (2 * keyHeads)) * channels);
        var gradient = Draw(type, 2, lengths.Sum(), heads * channels);

        using var expected = Attend(CPU, ScalarType.Float32, Wide(row), out var onCpu);
        using var actual = Attend(CUDA, type, row.cuda(), out var onGpu);
        AssertAlike(type, expected.Output, actual.Output);
        AssertAlike(
            type,
            expected.Output,
            PackedAttention.Attend(
                FusedOperators.Rope(row.cuda(), onGpu, heads, keyHeads), SequenceLayout.Create(lengths, CUDA)));

        var parts = (long[])[heads * channels, keyHeads * channels, keyHeads * channels];
        var expectedParts = expected.Backward(Wide(gradient), onCpu, RowForms.Wide).Full.split(parts, 1);
        var actualParts = actual.Backward(gradient.cuda(), onGpu, RowForms.Wide).Full.split(parts, 1);
        Assert.All(expectedParts.Zip(actualParts), part => AssertAlike(type, part.First, part.Second));

        PackedAttention Attend(Device device, ScalarType arithmetic, Tensor x, out Rotations rotations)
        {
            var layout = SequenceLayout.Create(lengths, device);
            var table = new RotaryTable(channels, lengths.Max(), 10_000, 1, device);
            rotations = new Rotations(table, layout.Positions, arithmetic);
            return PackedAttention.Forward(FusedOperators.Rope(x, rotations, heads, keyHeads), layout);
        }
    }

    // It attends to itself alone, whatever its query and key are.
    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void One_token_leaves_its_query_and_its_key_no_gradient(ScalarType type)
    {
        using var table = new RotaryTable(128, 1, 10_000, 1, CUDA);
        var layout = SequenceLayout.Create([1], CUDA);
        var rotations = new Rotations(table, layout.Positions, type);
        var attention = PackedAttention.Forward(
            FusedOperators.Rope(Draw(type, 1, 1, 5 * 128).cuda(), rotations, 3, 1), layout);
        var gradient = Draw(type, 2, 1, 3 * 128);

        var row = Wide(attention.Backward(gradient.cuda(), rotations, RowForms.Wide).Full);

        Assert.InRange(row.narrow(1, 0, 4 * 128).abs().max().item<float>(), 0, 1e-5);
        AssertClose(type, Wide(gradient).view(1, 3, 128).sum(1), row.narrow(1, 4 * 128, 128));
    }

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void Our_own_kernels_give_the_same_bits_in_every_run(ScalarType type)
    {
        int[] lengths = [200, 77];
        using var table = new RotaryTable(128, lengths.Max(), 10_000, 1, CUDA);
        Assert.SkipUnless(HopperUnits.Serve(type), "libtorch's flash attention sums by atomics");
        var layout = SequenceLayout.Create(lengths, CUDA);
        var rotations = new Rotations(table, layout.Positions, type);
        var row = FusedOperators.Rope(Draw(type, 1, lengths.Sum(), 24 * 128).cuda(), rotations, 8, 8);
        var gradient = Draw(type, 2, lengths.Sum(), 8 * 128).cuda();

        var first = Run();

        Assert.All(Enumerable.Range(0, 5), _ => Assert.Equal(0, TinyModels.Distance(first, Run())));

        Tensor Run()
        {
            var attention = PackedAttention.Forward(row, layout);
            return attention.Backward(gradient, rotations, RowForms.Wide).Full;
        }
    }

    /// <summary>Besides, the difference's norm within a few roundings of the data type of the whole's: nothing is wrong in a
    /// corner.</summary>
    private static void AssertAlike(ScalarType type, Tensor expected, Tensor actual)
    {
        AssertClose(type, expected, actual);
        var tolerance = type switch { ScalarType.Float32 => 1e-5, ScalarType.Float16 => 1.5e-3, _ => 1e-2 };
        var distance = (expected - Wide(actual)).norm().item<float>();
        Assert.InRange(distance / (expected.norm().item<float>() + 1e-6), 0, tolerance);
    }
}
