using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>What a layer keeps of its forward pass for the backward pass. It owns its tensors.</summary>
internal sealed class LayerActivations : IDisposable
{
    /// <summary>The residual stream before the layer, <c>[tokens, hidden]</c>.</summary>
    public required Tensor Input { get; init; }

    /// <summary>The attention, with queries, keys and values.</summary>
    public required PackedAttention Attention { get; init; }

    /// <summary>The attention's output at the tokens that matter behind the layer, <c>[rows, heads · channels]</c>.
    /// </summary>
    public required Tensor Attended { get; init; }

    /// <summary>The residual stream between attention and feed-forward, <c>[rows, hidden]</c>.</summary>
    public required Tensor Middle { get; init; }

    /// <summary>Gate and up, <c>[rows, 2 · inner]</c>; null where they are computed again.</summary>
    public Tensor? GateUp { get; set; }

    /// <summary>Inner values of the low-rank updates, <c>[rows, updates · rank]</c>; null without updates.</summary>
    public required (Tensor? QueryKeyValue, Tensor? Output, Tensor? GateUp, Tensor? Down) Low { get; init; }

    /// <summary>Takes all tensors out of the dispose scope that is open.</summary>
    public LayerActivations Detach()
    {
        Input.DetachFromDisposeScope();
        Attention.DetachFromDisposeScope();
        foreach (var tensor in Inner)
            tensor.DetachFromDisposeScope();

        return this;
    }

    /// <summary>Lets go of everything but <see cref="Input"/>.</summary>
    public void ForgetInside()
    {
        Attention.Dispose();
        foreach (var tensor in Inner)
            tensor.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Input.Dispose();
        ForgetInside();
    }

    private IEnumerable<Tensor> Inner =>
        ((Tensor?[])[Attended, Middle, GateUp, Low.QueryKeyValue, Low.Output, Low.GateUp, Low.Down]).OfType<Tensor>();
}
