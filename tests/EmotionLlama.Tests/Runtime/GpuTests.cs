using EmotionLlama.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Runtime;

/// <summary>What tests of CUDA kernels share: they are skipped where there is no GPU, their tensors live as long as a test, and
/// results are compared with plain operators in float32 on the CPU.</summary>
public abstract class GpuTests : IDisposable
{
    private readonly DisposeScope _scope;

    protected GpuTests()
    {
        Need();
        _scope = NewDisposeScope();
    }

    /// <summary>Skips the test that runs where there is no GPU.</summary>
    public static void Need() => Assert.SkipUnless(
        TryInitializeDeviceType(DeviceType.CUDA) && cuda.is_available(), "there is no CUDA GPU here");

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected static Tensor Draw(ScalarType type, int seed, params long[] shape) =>
        TinyModels.Normal(shape, 1, seed).to(type);

    protected static Tensor Wide(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.cpu().to(ScalarType.Float32);
    }

    /// <summary>Each value within a few roundings of the data type, measured against the largest.</summary>
    protected static void AssertClose(ScalarType type, Tensor expected, Tensor actual, double looser = 1)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(actual);
        var tolerance = looser * type switch
        {
            ScalarType.Float32 => 2e-5,
            ScalarType.Float16 => 4e-3,
            _ => 2e-2,
        };
        Assert.Equal(expected.shape, actual.shape);
        var scale = expected.abs().max().item<float>() + 1e-6;
        Assert.InRange((expected - Wide(actual)).abs().max().item<float>() / scale, 0, tolerance);
    }

    protected virtual void Dispose(bool disposing) => _scope.Dispose();
}
