using EmotionLlama.Configuration;
using EmotionLlama.Generation;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using EmotionLlama.Tests.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Runtime;

/// <summary>The kernels of quantized matrices against the plain operators on the CPU, which round alike.</summary>
public sealed class QuantizationKernelTests : GpuTests
{
    // One row and many, a pack alone, rows shorter and longer than a block, one that fits no block, and no row.
    [Theory]
    [InlineData(1, 8)]
    [InlineData(3, 40)]
    [InlineData(7, 4096)]
    [InlineData(130, 11008)]
    [InlineData(2, 22016)]
    [InlineData(2, 12288)]
    [InlineData(2, 120000)]
    [InlineData(3, 9)]
    [InlineData(0, 64)]
    public void Rows_get_the_codes_and_scales_of_the_reference(int rows, int width)
    {
        var x = (TinyModels.Normal([rows, width], 1, 1) * TinyModels.Normal([rows, 1], 10, 2)).to(ScalarType.BFloat16);
        if (rows > 1)
            x[1] = zeros(width, ScalarType.BFloat16);

        using var expected = Fp8Rows.Quantize(x);
        using var actual = Fp8Rows.Quantize(x.cuda());

        Assert.Equal(expected.Scales.flatten().data<float>(), actual.Scales.cpu().flatten().data<float>());
        Assert.Equal(
            expected.Codes.to(ScalarType.Float32).flatten().data<float>(),
            actual.Codes.cpu().to(ScalarType.Float32).flatten().data<float>());
    }

    /// <summary>Kernels that round what they compute write the codes of what they would have written.</summary>
    [Theory]
    [InlineData(1, 64)]
    [InlineData(7, 4096)]
    [InlineData(130, 5120)]
    [InlineData(3, 11008)]
    [InlineData(2, 16384)]
    public void Rounding_in_another_kernel_is_rounding_behind_it(int rows, int width)
    {
        var (x, delta, weight) = (Draw(1, rows, width), Draw(2, rows, width), Draw(3, width));
        var (gradient, low, gateUp) = (Draw(4, rows, width), Draw(5, rows, width), Draw(6, rows, 2 * width));
        using var mask = DropoutMask.Draw(x, 0.25, new DropoutSeeds())!;

        var expected = FusedOperators.AddRmsNorm(x, delta, weight, 1e-5, mask);
        var both = QuantizingOperators.AddRmsNorm(x, delta, weight, 1e-5, mask, RowForms.Wide | RowForms.Fp8);
        var alone = QuantizingOperators.AddRmsNorm(x, delta, weight, 1e-5, null, RowForms.Fp8);
        AssertSame(expected.Sum, both.Sum);
        AssertSame(expected.Normed, both.Normed);
        AssertSame(expected.Dropped!, both.Dropped!);
        AssertCodes(expected.Normed, both.Rows);
        AssertCodes(expected.Normed, alone.Rows);

        var back = QuantizingOperators.RmsNormBackward(gradient, low, mask, x, weight, 1e-5, delta, RowForms.Fp8);
        AssertSame(FusedOperators.RmsNormBackward(gradient, low, mask, x, weight, 1e-5, delta), back.Full);
        AssertCodes(back.Full, back);

        AssertCodes(FusedOperators.SwiGlu(gateUp), QuantizingOperators.SwiGlu(gateUp, RowForms.Fp8));
        var gates = QuantizingOperators.SwiGluBackward(gradient, gateUp, RowForms.Fp8);
        AssertCodes(FusedOperators.SwiGluBackward(gradient, gateUp.clone()), gates);

        static Tensor Draw(int seed, params long[] shape) =>
            TinyModels.Normal(shape, 1, seed).to(ScalarType.BFloat16).cuda();
    }

    [Theory]
    [InlineData(32, 32, 128)]
    [InlineData(8, 2, 64)]
    [InlineData(64, 64, 128)]
    public void Rounding_turned_gradients_is_rounding_behind_it(int heads, int keyHeads, int channels)
    {
        using var table = new RotaryTable(channels, 100, 10_000, 1, CUDA);
        var rotations = new Rotations(table, tensor(new long[] { 0, 1, 2, 99, 7 }, device: CUDA), ScalarType.BFloat16);
        var gradient = new QueryKeyValue(Draw(1, heads), Draw(2, keyHeads), Draw(3, keyHeads));

        var both = QuantizingOperators.RopeBackward(gradient, rotations, RowForms.Wide | RowForms.Fp8);

        AssertSame(FusedOperators.RopeBackward(gradient, rotations), both.Full);
        AssertCodes(both.Full, both);

        Tensor Draw(int seed, int count) =>
            TinyModels.Normal([5, count, channels], 1, seed).to(ScalarType.BFloat16).cuda();
    }

    [Fact]
    public void What_is_not_finite_stays_so()
    {
        var x = zeros(3, 64, ScalarType.BFloat16);
        x[0, 3] = float.PositiveInfinity;
        x[1, 5] = float.NaN;

        using var rows = Fp8Rows.Quantize(x.cuda());

        Assert.Equal(
            [false, false, true], rows.Values(ScalarType.Float32).sum(1).isfinite().cpu().data<bool>());
    }

    [Theory]
    [InlineData(ScalarType.BFloat16, 64)]
    [InlineData(ScalarType.BFloat16, 100)]
    [InlineData(ScalarType.Float16, 5_000_000)]
    [InlineData(ScalarType.Float32, 40_000)]
    public void Numbers_of_4_bits_are_those_of_the_reference(ScalarType type, int count)
    {
        var x = TinyModels.Normal([count], 0.02, 1).to(type);
        using var here = new Nf4Blocks(count, CPU);
        using var there = new Nf4Blocks(count, CUDA);
        here.Fill(x);
        there.Fill(x.cuda());
        var (expected, actual) = (empty(Nf4Blocks.Padded(count), type), empty(Nf4Blocks.Padded(count), type, CUDA));

        here.Write(expected);
        there.Write(actual);

        // A number midway between two levels may take another one there, and the mean of the maxima another last bit.
        var wrong = (expected.to(ScalarType.Float32) - actual.cpu().to(ScalarType.Float32)).abs() > 1e-4;
        Assert.InRange(wrong.to(ScalarType.Float32).mean().item<float>(), 0, 1e-5);
    }

    [Theory]
    [InlineData(1, 64, 128)]
    [InlineData(77, 4096, 12288)]
    [InlineData(480, 11008, 4096)]
    public void Scaled_products_are_those_of_the_rounded_factors(int rows, int width, int columns)
    {
        using var x = Fp8Rows.Quantize(TinyModels.Normal([rows, width], 1, 1).to(ScalarType.BFloat16).cuda());
        using var weights = Fp8Rows.Quantize(TinyModels.Normal([columns, width], 0.02, 2).to(ScalarType.BFloat16).cuda());

        var expected = x.Values(ScalarType.Float32).mm(weights.Values(ScalarType.Float32).t());
        var actual = x.Multiply(weights, ScalarType.BFloat16).to(ScalarType.Float32);

        // The tensor cores keep about 14 bits of the sum.
        Assert.InRange((expected - actual).norm().item<float>() / expected.norm().item<float>(), 0, 5e-3);
    }

    [Theory]
    [InlineData(FrozenFormat.Fp8)]
    [InlineData(FrozenFormat.Nf4)]
    public void A_model_s_loss_and_gradients_are_those_of_the_CPU(FrozenFormat format)
    {
        using var here = Read(format, CPU, ScalarType.Float32);
        using var there = Read(format, CUDA, ScalarType.BFloat16);

        var (loss, gradient) = Run(here);
        var (gpuLoss, gpuGradient) = Run(there);

        Assert.Equal(loss.item<float>(), gpuLoss.cpu().item<float>(), 0.02f * loss.item<float>());
        Assert.InRange(Alike(gradient, gpuGradient), 0.98, 1.001);
        Assert.All(here.LoraParameters.Zip(there.LoraParameters), pair =>
            Assert.InRange(Alike(pair.First.Value.grad!, pair.Second.Value.grad!), 0.97, 1.001));

        static (Tensor Loss, Tensor Gradient) Run(Llama llama) => llama.Backpropagate(
            TinyModels.Normal([7, 64], 1, 8).to(llama.Dtype).to(llama.Device),
            SequenceLayout.Create([4, 3], llama.Device),
            tensor(new long[] { 2, 3, 6 }, device: llama.Device),
            tensor(new long[] { 5, 9, 1 }, device: llama.Device),
            tensor(new long[] { 0, 1, 4, 6 }, device: llama.Device),
            1,
            training: false,
            GradCheckpoint.None);
    }

    /// <summary>From the third step on, decoding replays what it recorded.</summary>
    [Theory]
    [InlineData(FrozenFormat.Fp8)]
    [InlineData(FrozenFormat.Nf4)]
    public void Recorded_steps_give_what_whole_sequences_give(FrozenFormat format)
    {
        using var _ = no_grad();
        using var llama = Read(format, CUDA, ScalarType.BFloat16);
        var sequence = TinyModels.Normal([5, 64], 1, 7).to(ScalarType.BFloat16).cuda();
        using var scorer = new LlamaScorer(llama, sequence, [5], steps: 8);
        scorer.Start();

        for (var token = 1; token <= 8; token++)
        {
            sequence = cat([sequence, llama.Embed(tensor(new long[] { token }, device: CUDA))]);
            var hidden = llama.Forward(sequence, SequenceLayout.Create([(int)sequence.shape[0]], CUDA));
            var expected = llama.Logits(hidden[^1..]);

            var logits = scorer.Next([0], [token]).Row(0).ToArray();

            Assert.InRange(Alike(expected, tensor(logits)), 0.995, 1.001);
        }
    }

    private static Llama Read(FrozenFormat format, Device device, ScalarType type)
    {
        var config = TinyModels.Config with { HiddenSize = 64, IntermediateSize = 128, HeadSize = 16 };
        var llama = new Llama(
            config,
            new WeightReader(TinyModels.LlamaWeights(config), device, type),
            new LoraSettings { Rank = 8, Dropout = 0 },
            format);
        TinyModels.Randomize(llama.LoraParameters);
        return llama;
    }

    private static void AssertSame(Tensor expected, Tensor actual) =>
        Assert.Equal(0, TinyModels.Distance(expected, actual));

    private static void AssertCodes(Tensor expected, Rows actual)
    {
        using var codes = Fp8Rows.Quantize(expected);
        AssertSame(codes.Scales, actual.Codes!.Scales);
        AssertSame(codes.Codes.to(ScalarType.Float32), actual.Codes.Codes.to(ScalarType.Float32));
    }

    /// <summary>The cosine of the angle between two tensors.</summary>
    private static double Alike(Tensor first, Tensor second)
    {
        var (a, b) = (first.cpu().to(ScalarType.Float64).flatten(), second.cpu().to(ScalarType.Float64).flatten());
        return (a.dot(b) / (a.norm() * b.norm())).item<double>();
    }
}
