using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using EmotionLlama.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Runtime;

/// <summary>The kernels of quantized matrices against the plain operators on the CPU, which round alike.</summary>
public sealed class QuantizationKernelTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public QuantizationKernelTests() => Assert.SkipUnless(
        TryInitializeDeviceType(DeviceType.CUDA) && cuda.is_available(), "there is no CUDA GPU here");

    public void Dispose() => _scope.Dispose();

    // One row and many, a pack alone, rows for each of the four kernels, and one that none takes.
    [Theory]
    [InlineData(1, 8)]
    [InlineData(3, 40)]
    [InlineData(7, 4096)]
    [InlineData(130, 11008)]
    [InlineData(2, 22016)]
    [InlineData(2, 60000)]
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
    public void A_model_s_loss_and_gradients_are_those_of_the_CPU(FrozenFormat format)
    {
        var config = TinyModels.Config with { HiddenSize = 64, IntermediateSize = 128, HeadSize = 16 };
        using var here = Read(CPU, ScalarType.Float32);
        using var there = Read(CUDA, ScalarType.BFloat16);

        var (loss, gradient) = Run(here);
        var (gpuLoss, gpuGradient) = Run(there);

        Assert.Equal(loss.item<float>(), gpuLoss.cpu().item<float>(), 0.02f * loss.item<float>());
        Assert.InRange(Alike(gradient, gpuGradient), 0.98, 1.001);
        Assert.All(here.LoraParameters.Zip(there.LoraParameters), pair =>
            Assert.InRange(Alike(pair.First.Value.grad!, pair.Second.Value.grad!), 0.97, 1.001));

        Llama Read(Device device, ScalarType type)
        {
            var llama = new Llama(
                config,
                new WeightReader(TinyModels.LlamaWeights(config), device, type),
                new LoraSettings { Rank = 8, Dropout = 0 },
                format);
            TinyModels.Randomize(llama.LoraParameters);
            return llama;
        }

        static (Tensor Loss, Tensor Gradient) Run(Llama llama) => llama.Backpropagate(
            TinyModels.Normal([7, 64], 1, 8).to(llama.Dtype).to(llama.Device),
            SequenceLayout.Create([4, 3], llama.Device),
            tensor(new long[] { 2, 3, 6 }, device: llama.Device),
            tensor(new long[] { 5, 9, 1 }, device: llama.Device),
            1,
            training: false,
            GradCheckpoint.None);
    }

    /// <summary>The cosine of the angle between two tensors.</summary>
    private static double Alike(Tensor first, Tensor second)
    {
        var (a, b) = (first.cpu().to(ScalarType.Float64).flatten(), second.cpu().to(ScalarType.Float64).flatten());
        return (a.dot(b) / (a.norm() * b.norm())).item<double>();
    }
}
