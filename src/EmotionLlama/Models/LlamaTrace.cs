using EmotionLlama.Configuration;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>One forward pass through a decoder's layers that can be gone back.</summary>
/// <param name="layers">The layers.</param>
/// <param name="rotations">The tokens' angles.</param>
/// <param name="layout">Where the sequences lie in the row.</param>
/// <param name="rows">The tokens that matter behind the last layer, <c>[rows]</c>, int64: it is computed for these alone.
/// </param>
/// <param name="training">Whether dropout is on.</param>
/// <param name="checkpoint">Which activations are computed again.</param>
internal sealed class LlamaTrace(
    IReadOnlyList<LlamaLayer> layers,
    Rotations rotations,
    SequenceLayout layout,
    Tensor rows,
    bool training,
    GradCheckpoint checkpoint) : IDisposable
{
    private readonly DropoutSeeds? _seeds = training ? new() : null;
    private readonly Stack<(LayerActivations Kept, LayerDropout Dropout)> _passed = new();

    /// <summary>Goes through the layers.</summary>
    /// <param name="embeddings"><c>[tokens, hidden]</c>.</param>
    /// <returns>The residual stream at the rows that matter.</returns>
    public ResidualStream Forward(Tensor embeddings)
    {
        var stream = new ResidualStream(embeddings.alias(), null);
        for (var i = 0; i < layers.Count; i++)
        {
            var dropout = new LayerDropout(_seeds);
            var kept = layers[i].Forward(stream, rotations, layout, dropout, RowsOf(i), out var next);
            _passed.Push((kept, dropout));
            if (i > 0)
            {
                stream.Sum.Dispose();
                stream.Added?.Dispose();
            }

            stream = next with { Sum = next.Sum.alias() };
            Forget(kept);
        }

        return stream;
    }

    /// <summary>Goes back through the layers.</summary>
    /// <param name="gradient">Gradient of the residual stream at the rows that matter, <c>[rows, hidden]</c>.</param>
    /// <param name="wanted">The tokens whose embeddings' gradient is wanted, <c>[n]</c>, int64.</param>
    /// <param name="layerDone">Told each layer whose gradients are complete.</param>
    /// <returns>Gradient of these embeddings, <c>[n, hidden]</c>.</returns>
    public Tensor Backward(Tensor gradient, Tensor wanted, Action<int>? layerDone = null)
    {
        Rows passing = gradient;
        for (var i = layers.Count - 1; i >= 0; i--)
        {
            var (kept, dropout) = _passed.Pop();
            var incoming = passing;
            passing = checkpoint == GradCheckpoint.Full
                ? BackwardAgain(i, incoming, kept.Input, dropout, WantedOf(i))
                : layers[i].Backward(incoming, kept, rotations, dropout, RowsOf(i), WantedOf(i));
            kept.Dispose();
            dropout.Dispose();
            incoming.Dispose();
            layerDone?.Invoke(i);
        }

        using (passing)
            return passing.Full.index_select(0, wanted);

        Tensor? WantedOf(int layer) => layer == 0 ? wanted : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (kept, dropout) in _passed)
        {
            kept.Dispose();
            dropout.Dispose();
        }

        _passed.Clear();
    }

    private Rows BackwardAgain(int layer, Rows gradient, Tensor input, LayerDropout dropout, Tensor? wanted)
    {
        using var scope = NewDisposeScope();
        using var kept = layers[layer].Forward(
            new(input, null), rotations, layout, dropout, RowsOf(layer), out _);
        return layers[layer].Backward(gradient, kept, rotations, dropout, RowsOf(layer), wanted).MoveToOuterDisposeScope();
    }

    private Tensor? RowsOf(int layer) => layer == layers.Count - 1 ? rows : null;

    private void Forget(LayerActivations kept)
    {
        if (checkpoint == GradCheckpoint.Full)
            kept.ForgetInside();

        if (checkpoint == GradCheckpoint.Selective)
        {
            kept.GateUp?.Dispose();
            kept.GateUp = null;
        }
    }
}
