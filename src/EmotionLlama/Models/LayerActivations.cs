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

    /// <summary>The residual stream between attention and feed-forward, <c>[rows, hidden]</c>.</summary>
    public required Tensor Middle { get; init; }

    /// <summary>Gate and up, <c>[rows, 2 · inner]</c>; null where they are computed again.</summary>
    public Tensor? GateUp { get; set; }

    /// <summary>What the low-rank updates keep; null without updates.</summary>
    public required (
        LoraActivations? QueryKeyValue, LoraActivations? Output, LoraActivations? GateUp, LoraActivations? Down) Updates
    { get; init; }

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

    private IEnumerable<Tensor> Inner
    {
        get
        {
            yield return Middle;
            if (GateUp is not null)
                yield return GateUp;

            LoraActivations?[] updates = [Updates.QueryKeyValue, Updates.Output, Updates.GateUp, Updates.Down];
            foreach (var (input, low) in updates.OfType<LoraActivations>())
            {
                yield return input;
                yield return low;
            }
        }
    }
}
