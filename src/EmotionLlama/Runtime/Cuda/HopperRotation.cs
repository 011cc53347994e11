using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>The kernel of <c>HopperRotation.cu</c>: low-rank updates of queries, keys and values and the rotation in one pass over
/// memory, for compute capability 9.0, in half precision, for heads of 128 channels and ranks of up to 64.</summary>
internal sealed class HopperRotation
{
    /// <summary>Where the kernel is.</summary>
    public static readonly string[] Files = ["HopperUnits.cu", "HopperTiles.cu", "HopperRotation.cu"];

    private const int MostRank = 64;

    // Values that are read at once; rows of the updates' factors begin at multiples of it.
    private const int Vector = 8;

    // Of 4, 8 and 16, as fast as any.
    private const int HeadsOfBlock = 8;

    // Two heads and the rows of their second matrices, and the tokens' inner values.
    private const int SharedBytes = (4 * HopperTiles.Bytes) + (HopperTiles.Rows * MostRank * 2);

    private static readonly ConcurrentDictionary<(ScalarType Type, int Device), HopperRotation?> Loaded = new();

    private readonly nint _updateAndTurn;

    private HopperRotation(ScalarType type)
    {
        _updateAndTurn = new KernelModule(type, Files)["update_and_turn"];
        CudaApi.AllowShared(_updateAndTurn, SharedBytes);
    }

    /// <summary>The kernel for rows and their updates; null where another way has to do, or where there is no update.</summary>
    /// <param name="row"><c>[tokens, (heads + 2 · keyHeads) · channels]</c>.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="keyHeads">Key and value heads.</param>
    /// <param name="updates">Updates of all queries, of all keys, or of all values.</param>
    public static HopperRotation? For(Tensor row, int heads, int keyHeads, IReadOnlyList<LowRankUpdate> updates) =>
        updates.Count > 0
        && row.device_type == TorchSharp.DeviceType.CUDA
        && row.size(1) == (heads + (2 * keyHeads)) * HopperTiles.Channels
        && row.is_contiguous()
        && updates.All(update => Covers(update, heads, keyHeads) && Takes(update, row.dtype, updates[0]))
            ? Loaded.GetOrAdd(
                (row.dtype, row.device_index),
                static key => HopperUnits.Serve(key.Type) ? new(key.Type) : null)
            : null;

    /// <summary>Adds the updates and turns queries and keys, in place.</summary>
    public void UpdateAndTurn(
        Tensor row, Rotations rotations, int heads, int keyHeads, IReadOnlyList<LowRankUpdate> updates)
    {
        var (tokens, low) = (row.size(0), updates[0].Low);
        var (query, key, value) = (Of(0), Of(heads), Of(heads + keyHeads));
        var groups = Groups(heads) + (Groups(keyHeads) * (value is null ? 1 : 2));
        CudaApi.Launch(
            _updateAndTurn, (tokens + HopperTiles.Rows - 1) / HopperTiles.Rows * groups, HopperTiles.Threads, [row,
            (int)row.size(1), (int)tokens, heads, keyHeads, HeadsOfBlock, groups, query?.Low, query?.Second, key?.Low,
            key?.Second, value?.Low, value?.Second, (int)low.stride(0), (int)low.size(1), rotations.Table.Cosines,
            rotations.Table.Sines, rotations.Positions],
            sharedBytes: SharedBytes);

        LowRankUpdate? Of(int firstHead) =>
            updates.FirstOrDefault(update => update.FirstColumn == firstHead * HopperTiles.Channels);
    }

    /// <summary>Whether it is one of all queries, of all keys, or of all values.</summary>
    private static bool Covers(LowRankUpdate update, int heads, int keyHeads)
    {
        long queries = heads * HopperTiles.Channels, keys = keyHeads * HopperTiles.Channels;
        (long, long)[] kinds = [(0, queries), (queries, keys), (queries + keys, keys)];
        return kinds.Contains((update.FirstColumn, update.Columns));
    }

    private static bool Takes(LowRankUpdate update, ScalarType type, LowRankUpdate first)
    {
        var (low, second, rank) = (update.Low, update.Second, update.Low.size(1));
        return low.dtype == type
            && second.dtype == type
            && rank <= MostRank
            && rank % Vector == 0
            && rank == first.Low.size(1)
            && low.stride(0) == first.Low.stride(0)
            && low.stride(0) % Vector == 0
            && low.stride(1) == 1
            && second.stride(0) == 1
            && second.stride(1) == rank;
    }

    private static int Groups(int heads) => (heads + HeadsOfBlock - 1) / HeadsOfBlock;
}
