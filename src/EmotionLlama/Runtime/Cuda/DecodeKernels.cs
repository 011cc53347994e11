using System.Collections.Concurrent;
using System.Numerics;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>The kernels of decoding, compiled for a data type when first needed.</summary>
internal sealed class DecodeKernels
{
    /// <summary>Where the kernels are.</summary>
    public static readonly string[] Files = ["DecodeAttention.cu", "DecodeProducts.cu"];

    /// <summary>The most vectors that a matrix is multiplied with at once.</summary>
    public const int MostVectors = 4;

    private const int AttendThreads = 128;
    private const int ShortestChunk = 64;
    private const int LanesOfWarp = 32;
    private const int BlocksPerProcessor = 4;
    private const int RopeThreads = 256;
    private const int RopeBlocksPerRow = 4;
    private const int ChooseThreads = 1024;
    private const int MultiplyThreads = 128;
    private const int OutputsPerWarp = 2;
    private const int PackBytes = 16;

    private static readonly ConcurrentDictionary<(ScalarType Type, int Device), DecodeKernels> Loaded = new();

    private readonly int _vector;
    private readonly int _processors = CudaApi.Multiprocessors();
    private readonly nint _ropeAndKeep, _joinChunks, _choose;
    private readonly nint[] _attend, _multiply;

    private DecodeKernels(ScalarType type)
    {
        var module = new KernelModule(type, Files);
        _vector = type == ScalarType.Float32 ? 4 : 8;
        _ropeAndKeep = module["rope_and_keep"];
        _joinChunks = module["join_chunks"];
        _choose = module["choose"];
        _attend = [.. Enumerable.Range(0, 6).Select(power => module[$"attend_{1 << power}"])];
        _multiply = [.. Enumerable.Range(1, MostVectors).Select(count => module[$"multiply_{count}"])];
    }

    /// <summary>The kernels for a tensor, or null on a CPU and in other data types.</summary>
    public static DecodeKernels? For(Tensor x) =>
        KernelModule.Serves(x.device_type, x.dtype)
            ? Loaded.GetOrAdd((x.dtype, x.device_index), static key => new DecodeKernels(key.Type))
            : null;

    /// <summary>Whether heads of so many channels are attended to.</summary>
    public bool Attends(long channels) => channels % (2 * _vector) == 0 && channels <= LanesOfWarp * _vector;

    /// <summary>Whether a matrix is multiplied with so few vectors.</summary>
    public static bool Multiplies(Tensor x, Tensor matrix) =>
        x.size(0) is > 0 and <= MostVectors
        && x.size(1) * x.ElementSize % PackBytes == 0
        && x.dtype == matrix.dtype
        && x.is_contiguous()
        && matrix.is_contiguous();

    /// <summary>Turns queries in place, and keeps turned keys and values.</summary>
    public void RopeAndKeep(Tensor row, Rotations rotations, CachedTokens tokens, CachedSequences sequences, int heads)
    {
        var keys = tokens.AnswerKeys;
        CudaApi.Launch(
            _ropeAndKeep, row.size(0) * RopeBlocksPerRow, RopeThreads,
            [row, keys, tokens.AnswerValues, rotations.Table.Cosines, rotations.Table.Sines, sequences.Positions,
            sequences.PromptOfRow, sequences.PromptLengths, heads, (int)keys.size(1), (int)(keys.size(3) / 2),
            (int)keys.size(2), RopeBlocksPerRow],
            overlaps: true);
    }

    /// <summary>Attends to all that is kept, the new token included.</summary>
    public Tensor Attend(Tensor row, CachedTokens tokens, CachedSequences sequences, int heads)
    {
        var (keyHeads, capacity, channels) =
            ((int)tokens.AnswerKeys.size(1), (int)tokens.AnswerKeys.size(2), (int)tokens.AnswerKeys.size(3));
        var longest = (int)tokens.PromptKeys.size(2);
        var items = row.size(0) * heads;
        var (chunks, chunk) = Chunks(items, longest + capacity);
        var result = empty([row.size(0), heads * channels], row.dtype, row.device);
        var parts = chunks == 1 ? null : empty([items, chunks, channels + 2], ScalarType.Float32, row.device);
        var lanes = BitOperations.RoundUpToPowerOf2((uint)(channels / _vector));
        CudaApi.Launch(
            _attend[BitOperations.Log2(lanes)], items * chunks, AttendThreads,
            [row, tokens.PromptKeys, tokens.PromptValues, tokens.AnswerKeys, tokens.AnswerValues, sequences.Positions,
            sequences.PromptOfRow, sequences.PromptLengths, result, parts, heads, keyHeads, channels, longest, capacity,
            chunks, chunk, (float)(Math.Log2(Math.E) / Math.Sqrt(channels))],
            overlaps: true);
        if (parts is not null)
        {
            CudaApi.Launch(
                _joinChunks, items, AttendThreads,
                [parts, sequences.Positions, result, heads, channels, chunks, chunk],
                overlaps: true);
        }

        return result;
    }

    /// <summary>The product of a few rows with a matrix <c>[out, in]</c>: <c>[rows, out]</c>.</summary>
    public Tensor Multiply(Tensor x, Tensor matrix)
    {
        var (rows, outputs) = (x.size(0), matrix.size(0));
        var result = empty([rows, outputs], x.dtype, x.device);
        const int outputsPerBlock = MultiplyThreads / LanesOfWarp * OutputsPerWarp;
        CudaApi.Launch(
            _multiply[rows - 1], (outputs + outputsPerBlock - 1) / outputsPerBlock, MultiplyThreads,
            [x, matrix, result, (int)outputs, (int)(x.size(1) / _vector)],
            overlaps: true);
        return result;
    }

    /// <summary>The most likely id of each row.</summary>
    public void Choose(Tensor logits, int vocabulary, Tensor next, Tensor chosen) => CudaApi.Launch(
        _choose, logits.size(0), ChooseThreads, [logits, next, chosen, vocabulary, (int)logits.size(1)],
        overlaps: true);

    /// <summary>Into how many chunks of how many places each sequence is cut, so that all processors have work.
    /// </summary>
    private (int Count, int Places) Chunks(long items, int places)
    {
        var wanted = Math.Max(1, BlocksPerProcessor * _processors / items);
        var chunk = (int)Math.Max(ShortestChunk, (places + wanted - 1) / wanted);
        return ((places + chunk - 1) / chunk, chunk);
    }
}
