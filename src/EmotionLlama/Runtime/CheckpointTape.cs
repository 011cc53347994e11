using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>
/// Activation checkpointing: segments of a model run without keeping their activations, and run again when the
/// gradient comes back through them.
/// </summary>
/// <remarks>
/// Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016. The tape walks the segments itself instead of
/// hooking into the autograd engine, where an exception would end the process. Dropout draws the same numbers in both
/// runs, because the generator's state is kept with each segment.
/// </remarks>
public sealed class CheckpointTape
{
    private readonly List<Segment> _segments = [];

    /// <summary>Runs a segment without keeping its activations.</summary>
    /// <param name="segment">Maps an input to an output; runs twice, so it must not have effects.</param>
    /// <param name="input">The output of the segment before, or the start of the network.</param>
    /// <returns>The output, cut off from the graph: gradients reach it through <see cref="Backward"/> alone.</returns>
    public Tensor Run(Func<Tensor, Tensor> segment, Tensor input)
    {
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentNullException.ThrowIfNull(input);
        var start = _segments.Count > 0 && ReferenceEquals(_segments[^1].Output, input)
            ? input
            : input.detach().requires_grad_();
        var generator = get_rng_state();
        Tensor output;
        using (no_grad())
        using (NewDisposeScope())
            output = segment(start).detach().MoveToOuterDisposeScope();

        output.requires_grad_();
        _segments.Add(new Segment(segment, input, start, output, generator));
        return output;
    }

    /// <summary>Computes the gradients of a loss that was computed behind this tape's segments.</summary>
    /// <param name="loss">A scalar.</param>
    public void Backward(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        loss.backward();
        var later = get_rng_state();
        for (var i = _segments.Count - 1; i >= 0; i--)
            _segments[i].Backward();

        set_rng_state(later);
        _segments.Clear();
    }

    private sealed record Segment(
        Func<Tensor, Tensor> Function, Tensor Input, Tensor Start, Tensor Output, Tensor Generator)
    {
        public void Backward()
        {
            if (Output.grad is not { } gradient)
                return;

            using var scope = NewDisposeScope();
            set_rng_state(Generator);
            autograd.backward([Function(Start)], [gradient]);
            if (!ReferenceEquals(Start, Input) && Input.requires_grad && Start.grad is { } inputGradient)
                autograd.backward([Input], [inputGradient]);
        }
    }
}
