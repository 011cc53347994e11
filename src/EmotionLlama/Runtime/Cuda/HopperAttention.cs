using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>The kernels of <c>HopperAttention.cu</c>: attention inside packed sequences for the matrix units of compute
/// capability 9.0, in half precision and for heads of 128 channels.</summary>
internal sealed class HopperAttention
{
    /// <summary>Where the kernels are.</summary>
    public static readonly string[] Files = ["HopperUnits.cu", "HopperTiles.cu", "HopperAttention.cu"];

    // Tiles that a block keeps in shared memory, and the numbers of two tiles of queries.
    private const int ForwardBytes = 4 * HopperTiles.Bytes;
    private const int BackwardBytes = (6 * HopperTiles.Bytes) + (2 * 2 * HopperTiles.Rows * sizeof(float));

    // Key heads whose gradients are computed near one another, so that they find each other's rows in the cache. Of 4 to 512, 8 was
    // the fastest at 7,680 tokens.
    private const int Chunk = 8;

    private static readonly ConcurrentDictionary<(ScalarType Type, int Device), HopperAttention?> Loaded = new();
    private static readonly float RootOfChannels = MathF.Sqrt(HopperTiles.Channels);

    private readonly nint _attend, _backward;

    private HopperAttention(ScalarType type)
    {
        var module = new KernelModule(type, Files);
        _attend = module["attend"];
        _backward = module["attend_backward"];
        CudaApi.AllowShared(_attend, ForwardBytes);
        CudaApi.AllowShared(_backward, BackwardBytes);
    }

    /// <summary>The kernels for queries, keys and values; null where another way has to do.</summary>
    /// <param name="inputs">They fit where each token's lie in one row of memory, as <see cref="FusedOperators.Rope"/>
    /// gives them.</param>
    public static HopperAttention? For(QueryKeyValue inputs)
    {
        var (query, key, value) = inputs;
        return query.device_type == TorchSharp.DeviceType.CUDA
            && query.size(2) == HopperTiles.Channels
            && query.stride(0) == (query.size(1) + (2 * key.size(1))) * HopperTiles.Channels
            && key.stride(0) == query.stride(0)
            && value.stride(0) == query.stride(0)
                ? Loaded.GetOrAdd(
                    (query.dtype, query.device_index),
                    static key => HopperUnits.Serve(key.Type) ? new(key.Type) : null)
                : null;
    }

    /// <summary>Attends.</summary>
    /// <returns>What each query reads, <c>[tokens, heads · channels]</c>, and the logarithm to base 2 of its sum of
    /// exponentials, float32 <c>[heads, tokens]</c>.</returns>
    public (Tensor Output, Tensor Logarithms) Forward(QueryKeyValue inputs, SequenceLayout layout)
    {
        var (query, key, value) = inputs;
        var (tokens, heads) = (query.size(0), query.size(1));
        var output = empty([tokens, heads * HopperTiles.Channels], query.dtype, query.device);
        var logarithms = empty([heads, tokens], ScalarType.Float32, query.device);
        var blocks = Blocks(layout);
        CudaApi.Launch(
            _attend, blocks * heads * layout.Count, HopperTiles.Threads, [query, key, value, (int)query.stride(0),
            output, logarithms, layout.Starts, blocks, (int)heads, (int)(heads / key.size(1)), (int)tokens, ScaleTo2],
            sharedBytes: ForwardBytes);
        return (output, logarithms);
    }

    /// <summary>The gradient of the row that queries, keys and values were before the rotation.</summary>
    /// <param name="inputs">What <see cref="Forward"/> got.</param>
    /// <param name="layout">Where the sequences lie.</param>
    /// <param name="output">What it gave.</param>
    /// <param name="logarithms">What it gave beside.</param>
    /// <param name="gradient">Gradient of the output, contiguous.</param>
    /// <param name="rotations">The angles by which queries and keys were turned.</param>
    /// <returns><c>[tokens, (heads + 2 · keyHeads) · channels]</c></returns>
    public Tensor Backward(
        QueryKeyValue inputs,
        SequenceLayout layout,
        Tensor output,
        Tensor logarithms,
        Tensor gradient,
        Rotations rotations)
    {
        var (query, key, value) = inputs;
        var (tokens, heads, keyHeads) = (query.size(0), query.size(1), key.size(1));
        var (blocks, units, group) = (Blocks(layout), layout.Count * keyHeads, heads / keyHeads);
        var result = empty([tokens, query.stride(0)], query.dtype, query.device);
        using var products = empty_like(logarithms);
        using var counted = zeros([units], ScalarType.Int32, query.device);
        CudaApi.Launch(
            _backward, (units + Chunk - 1) / Chunk * Chunk * blocks * (group + 1), HopperTiles.Threads, [query, key,
            value, (int)query.stride(0), output, gradient, logarithms, products, counted, result, layout.Starts, layout.Count,
            blocks, Chunk, (int)heads, (int)group, (int)tokens, ScaleTo2, 1 / RootOfChannels, rotations.Table.Cosines,
            rotations.Table.Sines, rotations.Positions],
            sharedBytes: BackwardBytes);
        return result;
    }

    // Scores are divided by the root of the channels, and become exponents of 2.
    private static float ScaleTo2 => MathF.Log2(MathF.E) / RootOfChannels;

    private static int Blocks(SequenceLayout layout) => (layout.Longest + HopperTiles.Rows - 1) / HopperTiles.Rows;
}
