using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>The kernels of <c>HopperProducts.cu</c>: matrix products for compute capability 9.0 in half precision whose sums
/// pass the gate of the feed-forward before they leave the multiprocessor, which saves the gate's way through memory.</summary>
internal sealed class HopperProducts
{
    /// <summary>Where the kernels are.</summary>
    public static readonly string[] Files = ["HopperUnits.cu", "HopperPipeline.cu", "HopperProducts.cu"];

    private const int Threads = 384;

    // At 1,920 rows, libtorch's products and the gate behind them were as fast, at 7,680 ours were faster (docs/performance.md).
    private const int LeastRows = 4096;

    // What a cluster of two blocks computes at once, half as many columns where these are two matrices'.
    private const int ClusterRows = 256;
    private const int ClusterColumns = 256;

    // Rows that the copy engine brings to shared memory at once: of factors whose rows are multiplied with rows, and of all else.
    private const int BlockRows = 128;
    private const int PanelRows = 64;
    private const int PanelBytes = PanelRows * 128;

    // Four stages of six panels, which both factors come by, and two panels for each of two warp groups.
    private const int SharedBytes = ((4 * 6) + (2 * 2)) * PanelBytes;

    private static readonly ConcurrentDictionary<(ScalarType Type, int Device), HopperProducts?> Loaded = new();

    private readonly nint _forward, _backward;
    private readonly int _clusters;

    private HopperProducts(ScalarType type)
    {
        var module = new KernelModule(type, Files);
        _forward = module["gated_product"];
        _backward = module["gated_product_backward"];
        CudaApi.AllowShared(_forward, SharedBytes);
        CudaApi.AllowShared(_backward, SharedBytes);
        _clusters = CudaApi.Multiprocessors() / 2;
    }

    /// <summary>The kernels for products of these factors; null where another way has to do.</summary>
    /// <param name="rows"><c>[rows, n]</c>, 4,096 rows or more.</param>
    /// <param name="matrix">The other factor. All sizes are multiples of 16, so that rows, and halves of them, begin where the
    /// copy engine can read.</param>
    public static HopperProducts? For(Tensor rows, Tensor matrix) =>
        rows.device_type == TorchSharp.DeviceType.CUDA
        && rows.size(0) >= LeastRows
        && rows.is_contiguous()
        && rows.size(1) % 16 == 0
        && matrix.is_contiguous()
        && matrix.size(0) % 16 == 0
        && matrix.size(1) % 16 == 0
            ? Loaded.GetOrAdd(
                (rows.dtype, rows.device_index),
                static key => TensorMap.AreThere && HopperUnits.Serve(key.Type) ? new(key.Type) : null)
            : null;

    /// <summary>Gate and up of rows, and <c>silu(gate) · up</c>.</summary>
    /// <param name="x"><c>[rows, n]</c>.</param>
    /// <param name="matrix">The matrices of gate and up, <c>[2 · inner, n]</c>.</param>
    /// <returns><c>[rows, 2 · inner]</c> and <c>[rows, inner]</c>.</returns>
    public (Tensor GateUp, Tensor Gated) Forward(Tensor x, Tensor matrix)
    {
        var (rows, depth, inner) = (x.size(0), x.size(1), matrix.size(0) / 2);
        var gateUp = empty([rows, 2 * inner], x.dtype, x.device);
        var gated = empty([rows, inner], x.dtype, x.device);
        using var gates = matrix.narrow(0, 0, inner);
        using var ups = matrix.narrow(0, inner, inner);
        using var gate = gateUp.narrow(1, 0, inner);
        using var up = gateUp.narrow(1, inner, inner);
        CudaApi.Launch(
            _forward, Blocks(rows, inner, ClusterColumns / 2), Threads, [(int)rows, (int)inner, (int)depth],
            sharedBytes: SharedBytes,
            maps:
            [
                TensorMap.Of(x, BlockRows), TensorMap.Of(gates, BlockRows), TensorMap.Of(ups, BlockRows),
                TensorMap.Of(gate, PanelRows), TensorMap.Of(up, PanelRows), TensorMap.Of(gated, PanelRows),
            ]);
        return (gateUp, gated);
    }

    /// <summary>Replaces gate and up by their gradients.</summary>
    /// <param name="gradient">Gradient of what the matrix makes of <c>silu(gate) · up</c>, <c>[rows, n]</c>.</param>
    /// <param name="matrix"><c>[n, inner]</c>.</param>
    /// <param name="gateUp"><c>[rows, 2 · inner]</c>, contiguous.</param>
    public void Backward(Tensor gradient, Tensor matrix, Tensor gateUp)
    {
        var (rows, depth, inner) = (gradient.size(0), gradient.size(1), matrix.size(1));
        using var gate = gateUp.narrow(1, 0, inner);
        using var up = gateUp.narrow(1, inner, inner);
        CudaApi.Launch(
            _backward, Blocks(rows, inner, ClusterColumns), Threads, [(int)rows, (int)inner, (int)depth],
            sharedBytes: SharedBytes,
            maps:
            [
                TensorMap.Of(gradient, BlockRows), TensorMap.Of(matrix, PanelRows), TensorMap.Of(gate, PanelRows),
                TensorMap.Of(up, PanelRows),
            ]);
    }

    /// <summary>As many clusters of two blocks as run at the same time, or as there are tiles.</summary>
    private long Blocks(long rows, long columns, int width)
    {
        var tiles = ((rows + ClusterRows - 1) / ClusterRows) * ((columns + width - 1) / width);
        return 2 * Math.Min(_clusters, tiles);
    }
}
