using EmotionLlama.Runtime.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>
/// Causal attention inside each sequence of a packed row, with what its gradient needs. In half precision on a GPU that is
/// a kernel of our own where there is one (<see cref="HopperAttention"/>), else libtorch's variable-length flash attention;
/// elsewhere libtorch's attention over a grid.
/// </summary>
/// <remarks>Dao, "FlashAttention-2: Faster Attention with Better Parallelism and Work Partitioning", 2023.</remarks>
internal sealed class PackedAttention : IDisposable
{
    private const int MostFlashChannels = 256;

    private readonly QueryKeyValue _inputs;
    private readonly SequenceLayout _layout;
    private readonly Tensor? _graph;
    private readonly HopperAttention? _kernels;
    private readonly Tensor[] _kept;

    private PackedAttention(
        QueryKeyValue inputs,
        SequenceLayout layout,
        Tensor output,
        Tensor? graph,
        HopperAttention? kernels,
        Tensor[] kept)
    {
        _inputs = inputs;
        _layout = layout;
        _graph = graph;
        _kernels = kernels;
        _kept = kept;
        Output = output;
    }

    /// <summary><c>[tokens, heads · channels]</c></summary>
    public Tensor Output { get; }

    /// <summary>Whether flash attention serves queries of this kind.</summary>
    /// <param name="query"><c>[…, channels]</c></param>
    public static bool UsesFlash(Tensor query) =>
        query.device_type == DeviceType.CUDA
        && query.dtype is ScalarType.BFloat16 or ScalarType.Float16
        && query.size(-1) % 8 == 0
        && query.size(-1) <= MostFlashChannels;

    /// <summary>Attends, and keeps what <see cref="Backward"/> needs: the inputs and a
    /// little more. All of it belongs to the dispose scope that is open.</summary>
    public static PackedAttention Forward(QueryKeyValue inputs, SequenceLayout layout)
    {
        if (Fused(inputs, layout) is var (kernels, output, kept))
            return new(inputs, layout, output, graph: null, kernels, kept);

        // A graph of its own, from these inputs to this output.
        using var _ = enable_grad();
        var leaves = new QueryKeyValue(Leaf(inputs.Query), Leaf(inputs.Key), Leaf(inputs.Value));
        var graph = Operators.Attention(leaves.Query, leaves.Key, leaves.Value, layout);
        return new(leaves, layout, graph.detach(), graph, kernels: null, kept: []);
    }

    /// <summary>Attends without keeping anything. Can be differentiated where flash attention does not serve.</summary>
    public static Tensor Attend(QueryKeyValue inputs, SequenceLayout layout)
    {
        if (Fused(inputs, layout) is not var (_, output, kept))
            return Operators.Attention(inputs.Query, inputs.Key, inputs.Value, layout);

        foreach (var unneeded in kept)
            unneeded.Dispose();

        return output;
    }

    /// <summary>The gradient of the row that <see cref="FusedOperators.Rope"/> made the inputs of.</summary>
    /// <param name="gradient">Gradient of the output, <c>[tokens, heads · channels]</c>.</param>
    /// <param name="rotations">The angles by which it turned queries and keys.</param>
    /// <param name="forms">In which forms the result is read.</param>
    /// <returns><c>[tokens, (heads + 2 · keyHeads) · channels]</c>; the wide form always is there.</returns>
    public Rows Backward(Tensor gradient, Rotations rotations, RowForms forms)
    {
        if (_kernels is not null)
            return _kernels.Backward(_inputs, _layout, Output, _kept[0], gradient.contiguous(), rotations);

        return QuantizingOperators.RopeBackward(TurnedBackward(gradient), rotations, forms);
    }

    /// <summary>Takes its tensors out of the dispose scope that is open.</summary>
    public void DetachFromDisposeScope()
    {
        foreach (var tensor in Tensors)
            tensor.DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Tensors)
            tensor.Dispose();
    }

    private IEnumerable<Tensor> Tensors =>
        ((Tensor?[])[Output, _graph, _inputs.Query, _inputs.Key, _inputs.Value, .. _kept]).OfType<Tensor>();

    /// <summary>The gradients of the inputs, which are turned.</summary>
    private QueryKeyValue TurnedBackward(Tensor gradient)
    {
        if (_graph is not null)
        {
            autograd.backward([_graph], [gradient]);
            return new(_inputs.Query.grad!, _inputs.Key.grad!, _inputs.Value.grad!);
        }

        var results = NativeTorch.Call(
            "aten::_flash_attention_backward"u8, ""u8, 3,
            gradient.view(_kept[0].shape), _inputs.Query, _inputs.Key, _inputs.Value, _kept[0], _kept[1],
            _layout.Starts, _layout.Starts, _layout.Longest, _layout.Longest, 0.0, true, _kept[2], _kept[3],
            OperatorArgument.None, OperatorArgument.None, OperatorArgument.None);
        return new(results[0], results[1], results[2]);
    }

    /// <summary>Attends by kernels in half precision; null where there are none for these inputs.</summary>
    /// <returns>Our own kernels, null for flash attention; the output, <c>[tokens, heads · channels]</c>; what the gradient
    /// needs of it: the logarithms of ours, or flash attention's output <c>[tokens, heads, channels]</c>, log-sum-exp, state of
    /// the generator, and two that only belong to it.</returns>
    private static (HopperAttention? Kernels, Tensor Output, Tensor[] Kept)? Fused(
        QueryKeyValue inputs, SequenceLayout layout)
    {
        if (HopperAttention.For(inputs) is { } kernels)
        {
            var (output, logarithms) = kernels.Forward(inputs, layout);
            return (kernels, output, [logarithms]);
        }

        if (!UsesFlash(inputs.Query))
            return null;

        var starts = OperatorArgument.Optional(layout.Starts);
        var results = NativeTorch.Call(
            "aten::_flash_attention_forward"u8, ""u8, 5,
            inputs.Query, inputs.Key, inputs.Value, starts, starts, layout.Longest, layout.Longest, 0.0, true, false,
            OperatorArgument.None, OperatorArgument.None, OperatorArgument.None, OperatorArgument.None,
            OperatorArgument.None);
        return (null, results[0].view(results[0].size(0), -1), results);
    }

    private static Tensor Leaf(Tensor x) => x.detach().requires_grad_();
}
