using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>
/// Activation checkpointing: segments of a model run without keeping their activations, and run again when the
/// gradient comes back through them.
/// </summary>
/// <remarks>
/// Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016. The tape walks the segments itself instead of
/// hooking into the autograd engine, where an exception would end the process. Dropout draws the same numbers in both
/// runs: the CPU generator's state is kept with each segment, and a GPU's generator, whose state is out of reach, is
/// seeded for each segment by a number drawn on the CPU.
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
        var gpuSeed = SeedGpu(input.device);
        Tensor output;
        using (no_grad())
        using (NewDisposeScope())
            output = segment(start).detach().MoveToOuterDisposeScope();

        output.requires_grad_();
        _segments.Add(new Segment(segment, input, start, output, generator, gpuSeed));
        return output;
    }

    /// <summary>Computes the gradients of a loss that was computed behind this tape's segments.</summary>
    /// <param name="loss">A scalar.</param>
    public void Backward(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        loss.backward();
        using var later = get_rng_state();
        for (var i = _segments.Count - 1; i >= 0; i--)
            _segments[i].Backward();

        set_rng_state(later);
        _segments.Clear();
    }

    private static long? SeedGpu(Device device)
    {
        if (device.type != DeviceType.CUDA)
            return null;

        using var drawn = randint(long.MaxValue, [1], ScalarType.Int64);
        var seed = drawn.item<long>();
        cuda.manual_seed_all(seed);
        return seed;
    }

    private sealed record Segment(
        Func<Tensor, Tensor> Function, Tensor Input, Tensor Start, Tensor Output, Tensor Generator, long? GpuSeed)
    {
        public void Backward()
        {
            using var scope = NewDisposeScope();
            if (Output.grad is not { } gradient)
                return;

            // The last handles to it, so that gradients of layers that are done do not pile up.
            Output.grad = null;
            set_rng_state(Generator);
            Generator.Dispose();
            if (GpuSeed is { } seed)
                cuda.manual_seed_all(seed);

            autograd.backward([Function(Start)], [gradient]);
            if (!ReferenceEquals(Start, Input) && Input.requires_grad && Start.grad is { } inputGradient)
                autograd.backward([Input], [inputGradient]);
        }
    }
}
