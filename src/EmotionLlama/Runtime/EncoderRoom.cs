using EmotionLlama.Runtime.Cuda;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>Memory on a GPU for what a frozen encoder computes between its layers, taken once for all of them: taking and
/// freeing it for each operator costs the host more than queueing the operator.</summary>
internal sealed class EncoderRoom : IDisposable
{
    private EncoderRoom(VisionKernels kernels, Tensor rows, long sequences, int heads, long inner)
    {
        var (count, channels) = (rows.size(0), rows.size(1));
        using var scope = NewDisposeScope();
        Kernels = kernels;
        Rows = count;
        Channels = channels;
        InnerChannels = inner;
        Tokens = count / sequences;
        Normed = Take(channels);
        QueryKeyValue = Take(3 * channels);
        Inner = Take(inner);
        Added = Take(channels);
        var joined = QueryKeyValue.view(sequences, Tokens, 3, heads, channels / heads);
        Query = joined.select(2, 0).DetachFromDisposeScope();
        Key = joined.select(2, 1).DetachFromDisposeScope();
        Value = joined.select(2, 2).DetachFromDisposeScope();
        UsesFlash = PackedAttention.UsesFlash(Query);

        Tensor Take(long width) => empty([count, width], rows.dtype, rows.device).DetachFromDisposeScope();
    }

    /// <summary>The kernels of the data type.</summary>
    public VisionKernels Kernels { get; }

    /// <summary>Rows: tokens of all sequences.</summary>
    public long Rows { get; }

    /// <summary>Channels of a row.</summary>
    public long Channels { get; }

    /// <summary>Channels inside the feed-forward layers.</summary>
    public long InnerChannels { get; }

    /// <summary>Tokens of a sequence.</summary>
    public long Tokens { get; }

    /// <summary>Normalized rows, <c>[rows, channels]</c>.</summary>
    public Tensor Normed { get; }

    /// <summary>Rows of queries, keys and values, <c>[rows, 3 · channels]</c>.</summary>
    public Tensor QueryKeyValue { get; }

    /// <summary>The queries in these rows, <c>[sequences, tokens, heads, channels / heads]</c>.</summary>
    public Tensor Query { get; }

    /// <summary>The keys in these rows, shaped like <see cref="Query"/>.</summary>
    public Tensor Key { get; }

    /// <summary>The values in these rows, shaped like <see cref="Query"/>.</summary>
    public Tensor Value { get; }

    /// <summary>Activations, <c>[rows, inner]</c>.</summary>
    public Tensor Inner { get; }

    /// <summary>What comes to the residual stream, <c>[rows, channels]</c>.</summary>
    public Tensor Added { get; }

    /// <summary>Whether flash attention serves.</summary>
    public bool UsesFlash { get; }

    /// <summary>Takes the memory.</summary>
    /// <param name="rows">The residual stream, <c>[sequences · tokens, channels]</c>.</param>
    /// <param name="sequences">Sequences, all of one length.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="inner">Channels inside the feed-forward layers.</param>
    /// <returns>Null where plain operators have to do: on a CPU, or for sizes that no kernel takes.</returns>
    public static EncoderRoom? For(Tensor rows, long sequences, int heads, long inner) =>
        VisionKernels.For(rows) is { } kernels && kernels.Takes(inner)
            ? new EncoderRoom(kernels, rows, sequences, heads, inner)
            : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[Normed, Query, Key, Value, QueryKeyValue, Inner, Added])
            tensor.Dispose();
    }
}
