using System.Runtime.CompilerServices;
using EmotionLlama.Runtime;
using EmotionLlama.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Tests.Runtime;

/// <summary>Segments that are run again instead of keeping what they computed.</summary>
[Collection(SharedGenerator.Name)]
public sealed class CheckpointTapeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _weight = TinyModels.Normal([4, 4], 1, 1).requires_grad_();
    private readonly Tensor _input = TinyModels.Normal([3, 4], 1, 2).requires_grad_();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Loss_and_gradients_equal_those_of_the_plain_network()
    {
        var plain = Gradients(taped: false, Segment);
        var taped = Gradients(taped: true, Segment);

        Assert.Equal(plain, taped);

        Tensor Segment(Tensor x) => x.mm(_weight).tanh();
    }

    [Fact]
    public void Dropout_drops_the_same_numbers_both_times()
    {
        var plain = Gradients(taped: false, Segment);
        var taped = Gradients(taped: true, Segment);

        Assert.Equal(plain, taped);

        Tensor Segment(Tensor x) => functional.dropout(x, 0.5, training: true).mm(_weight);
    }

    [Fact]
    public void What_is_drawn_afterwards_is_what_a_plain_network_would_have_drawn()
    {
        Gradients(taped: false, Segment);
        var plain = rand(3);
        Gradients(taped: true, Segment);

        Assert.Equal(0, TinyModels.Distance(plain, rand(3)));

        Tensor Segment(Tensor x) => functional.dropout(x, 0.5, training: true).mm(_weight);
    }

    [Fact]
    public void An_input_that_needs_no_gradient_gets_none()
    {
        var tape = new CheckpointTape();
        var output = tape.Run(x => x.mm(_weight), _input.detach());

        tape.Backward(output.sum());

        Assert.NotNull(_weight.grad);
        Assert.Null(_input.grad);
    }

    [Fact]
    public void A_segment_that_the_loss_does_not_depend_on_learns_nothing()
    {
        var tape = new CheckpointTape();
        _ = tape.Run(x => x.mm(_weight), _input);

        tape.Backward(tape.Run(x => x * 2, _input).sum());

        Assert.Null(_weight.grad);
        Assert.Equal(0, TinyModels.Distance(full_like(_input, 2), _input.grad!));
    }

    [Fact]
    public void Outputs_hang_on_no_graph()
    {
        var output = new CheckpointTape().Run(x => x.mm(_weight), _input);

        Assert.True(output.is_leaf);
        Assert.True(output.requires_grad);
    }

    [Fact]
    public void Nothing_that_a_segment_computed_is_kept_until_the_backward_pass()
    {
        var tape = new CheckpointTape();

        var (output, kept) = RunOverBuffer(segment => segment(_input));
        var (tapedOutput, taped) = RunOverBuffer(segment => tape.Run(segment, _input));

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.True(kept.IsAlive, "autograd keeps what a product needs for its gradient");
        Assert.False(taped.IsAlive, "the tape keeps the input alone");
        Assert.Equal(0, TinyModels.Distance(output, tapedOutput));
    }

    // A pinned array is released when libtorch lets go of the tensor over it, so whether it lives tells whether a graph
    // holds the tensor. In a method of its own, so that no local of the test holds the array.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (Tensor Output, WeakReference Buffer) RunOverBuffer(Func<Func<Tensor, Tensor>, Tensor> run)
    {
        WeakReference? buffer = null;
        var output = run(x =>
        {
            using var factor = OverArray(out buffer);
            return x * factor;
        });
        return (output, buffer!);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Tensor OverArray(out WeakReference buffer)
    {
        var array = new float[] { 1, 2, 3, 4 };
        buffer = new WeakReference(array);
        return frombuffer(array, ScalarType.Float32);
    }

    private float[] Gradients(bool taped, Func<Tensor, Tensor> segment)
    {
        random.manual_seed(17);
        var tape = taped ? new CheckpointTape() : null;
        var hidden = _input;
        for (var i = 0; i < 3; i++)
            hidden = tape is null ? segment(hidden) : tape.Run(segment, hidden);

        var loss = hidden.square().sum();
        if (tape is null)
            loss.backward();
        else
            tape.Backward(loss);

        float[] result = [loss.item<float>(), .. _weight.grad!.data<float>(), .. _input.grad!.data<float>()];
        _weight.grad = null;
        _input.grad = null;
        return result;
    }
}
