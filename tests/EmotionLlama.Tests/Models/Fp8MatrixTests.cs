using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

/// <summary>Frozen matrices in 8-bit floating point: what the rounding costs, and that nothing else changes.</summary>
[Collection(SharedGenerator.Name)]
public sealed class Fp8MatrixTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_row_s_largest_value_becomes_the_largest_code()
    {
        var x = tensor(new float[,] { { 1, -4, 0.5f }, { 0, 0, 0 }, { 1e-20f, 3e-20f, -2e-20f } });

        using var rows = Fp8Rows.Quantize(x);

        Assert.Equal([4f / 448, 1e-30f / 448, 3e-20f / 448], rows.Scales.flatten().data<float>());
        Assert.Equal([112f, -448, 56, 0, 0, 0, 144, 448, -288], rows.Codes.to(ScalarType.Float32).flatten().data<float>());
    }

    [Fact]
    public void Codes_are_the_nearest_numbers_with_three_bits_of_mantissa()
    {
        // With 448 in each row the scale is 1, so the numbers themselves are rounded: ties to even, and multiples of 2^-9
        // below 2^-6.
        var x = tensor(new float[,] { { 448, 17, 19, 17.1f, -0.99f, 0.0156f, 0.003f, 440 } });

        using var rows = Fp8Rows.Quantize(x);

        Assert.Equal(
            [448f, 16, 20, 18, -1, 0.015625f, 0.00390625f, 448], rows.Values(ScalarType.Float32).flatten().data<float>());
    }

    [Fact]
    public void What_is_not_finite_stays_so()
    {
        var x = tensor(new float[,] { { 1, float.PositiveInfinity }, { 1, float.NaN }, { 1, 2 } });

        using var rows = Fp8Rows.Quantize(x);

        Assert.Equal(
            [false, false, true], rows.Values(ScalarType.Float32).sum(1).isfinite().data<bool>());
    }

    [Fact]
    public void Products_are_those_of_the_rounded_factors()
    {
        var weights = TinyModels.Normal([48, 32], 0.2, 1);
        using var matrix = Read(weights, 48);
        var (x, gradient) = (TinyModels.Normal([5, 32], 3, 2), TinyModels.Normal([5, 48], 1e-6, 3));

        Assert.Equal(0, TinyModels.Distance(
            Rounded(x).mm(Rounded(weights).t()), matrix.Forward(x)));
        Assert.Equal(0, TinyModels.Distance(
            Rounded(gradient).mm(Rounded(weights.t()).t()), matrix.Backward(gradient)));
        Assert.InRange(Alike(x.mm(weights.t()), matrix.Forward(x)), 0.998, 0.99999);
        Assert.InRange(Alike(gradient.mm(weights), matrix.Backward(gradient)), 0.998, 0.99999);

        static Tensor Rounded(Tensor rows)
        {
            using var codes = Fp8Rows.Quantize(rows);
            return codes.Values(ScalarType.Float32);
        }
    }

    [Fact]
    public void The_matrices_below_each_other_are_given_back_one_by_one()
    {
        var weights = TinyModels.Normal([48, 32], 0.2, 1);
        using var matrix = Read(weights, 16, 32);

        Assert.Equal([16L, 32], matrix.Parts.Select(part => part.shape[0]));
        Assert.InRange(TinyModels.Distance(weights, cat([.. matrix.Parts])), 1e-4, 0.2 * 4 / 16);
        Assert.Equal(2 * 48 * 32, matrix.Stored.Where(tensor => tensor.dtype == Fp8Rows.CodeType).Sum(tensor => tensor.numel()));
    }

    [Fact]
    public void A_model_trains_with_them()
    {
        using var exact = TinyModels.CreateLlama(TinyModels.Config);
        using var rounded = Llama(FrozenFormat.Fp8);
        TinyModels.Randomize(rounded.LoraParameters);

        var (loss, gradient) = Run(rounded);
        var (expectedLoss, expectedGradient) = Run(exact);

        Assert.NotEqual(expectedLoss.item<float>(), loss.item<float>());
        Assert.Equal(expectedLoss.item<float>(), loss.item<float>(), 0.02f * expectedLoss.item<float>());
        Assert.InRange(Alike(expectedGradient, gradient), 0.98, 1);
        Assert.All(exact.LoraParameters.Zip(rounded.LoraParameters), pair =>
            Assert.InRange(Alike(pair.First.Value.grad!, pair.Second.Value.grad!), 0.95, 1));

        static (Tensor Loss, Tensor Gradient) Run(Llama llama) => llama.Backpropagate(
            TinyModels.Normal([7, TinyModels.Config.HiddenSize], 1, 8),
            SequenceLayout.Create([4, 3], CPU),
            tensor(new long[] { 2, 3, 6 }),
            tensor(new long[] { 5, 9, 1 }),
            tensor(new long[] { 0, 1, 4, 6 }),
            1,
            training: false,
            GradCheckpoint.None);
    }

    [Fact]
    public void Nothing_is_left_in_memory()
    {
        var before = LiveTensors.CountBefore();
        using (NewDisposeScope())
        using (var llama = Llama(FrozenFormat.Fp8))
            llama.Forward(TinyModels.Normal([3, 32], 1, 1), SequenceLayout.Create([3], CPU));

        Assert.Equal(before, LiveTensors.Count);
    }

    /// <summary>The cosine of the angle between two tensors.</summary>
    private static double Alike(Tensor first, Tensor second)
    {
        var (a, b) = (first.flatten().to(ScalarType.Float64), second.flatten().to(ScalarType.Float64));
        return (a.dot(b) / (a.norm() * b.norm())).item<double>();
    }

    private static Llama Llama(FrozenFormat format) => new(
        TinyModels.Config,
        new WeightReader(TinyModels.LlamaWeights(TinyModels.Config), CPU, ScalarType.Float32),
        new LoraSettings { Rank = 4, Dropout = 0 },
        format);

    private static Fp8Matrix Read(Tensor weights, params long[] rows)
    {
        using var source = new EmotionLlama.Checkpoints.InMemoryWeights();
        var first = 0L;
        var matrices = new List<(string, long)>();
        foreach (var count in rows)
        {
            source.Add($"{first}", weights.narrow(0, first, count));
            matrices.Add(($"{first}", count));
            first += count;
        }

        return new Fp8Matrix(new WeightReader(source, CPU, ScalarType.Float32), weights.shape[1], matrices);
    }
}
