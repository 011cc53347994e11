using EmotionLlama.Models;
using EmotionLlama.Runtime;
using EmotionLlama.Runtime.Cuda;
using static TorchSharp.torch;

namespace EmotionLlama.Training;

/// <summary>AdamW with decoupled weight decay for matrices only, step for step that of PyTorch.</summary>
/// <remarks>Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, algorithm 2. Moments are float32 like
/// the weights: rates of 1e-6 are below the resolution of bfloat16.</remarks>
public sealed class AdamW : IDisposable
{
    private readonly Slot[] _slots;

    /// <summary>Prepares moments of zero.</summary>
    /// <param name="parameters">Float32 leaves that require gradients.</param>
    /// <param name="weightDecay">Share of the rate by which matrices shrink each step.</param>
    /// <param name="beta1">Decay of the first moment.</param>
    /// <param name="beta2">Decay of the second moment.</param>
    /// <param name="epsilon">Added to the root of the second moment.</param>
    public AdamW(
        IEnumerable<NamedTensor> parameters,
        double weightDecay,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        WeightDecay = weightDecay;
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
        _slots = [.. parameters.Select(parameter => new Slot(parameter))];
    }

    /// <summary>Share of the rate by which matrices shrink each step.</summary>
    public double WeightDecay { get; }

    /// <summary>Decay of the first moment.</summary>
    public double Beta1 { get; }

    /// <summary>Decay of the second moment.</summary>
    public double Beta2 { get; }

    /// <summary>Added to the root of the second moment.</summary>
    public double Epsilon { get; }

    /// <summary>The parameters with their moments, those with weight decay first, as the original groups them.
    /// </summary>
    public IReadOnlyList<AdamWState> States =>
        [.. _slots.OrderByDescending(slot => slot.Decays).Select(slot => slot.State)];

    /// <summary>Whether a parameter gets weight decay: not where it has fewer than two dimensions or its name contains
    /// <c>bias</c>, <c>ln</c> or <c>bn</c>.</summary>
    public static bool HasWeightDecay(NamedTensor parameter) =>
        parameter.Value.dim() >= 2
        && !parameter.Name.Contains("bias", StringComparison.Ordinal)
        && !parameter.Name.Contains("ln", StringComparison.Ordinal)
        && !parameter.Name.Contains("bn", StringComparison.Ordinal);

    /// <summary>Changes the parameters by their gradients; those without one stay as they are.</summary>
    /// <param name="learningRate">The rate of this step.</param>
    public void Step(double learningRate)
    {
        using var norm = zeros([], ScalarType.Float32);
        Step(learningRate, norm);
    }

    /// <summary>Changes the parameters by their gradients; those without one stay as they are. On a GPU nothing waits for
    /// the norm: the step is decided there.</summary>
    /// <param name="learningRate">The rate of this step.</param>
    /// <param name="norm">The norm of all gradients together, a float32 scalar; where it is not finite, nothing is
    /// changed. What the GPU decided, <see cref="TakeBackCount"/> has to be told.</param>
    /// <param name="lossScale">What the gradients are divided by.</param>
    /// <param name="maximum">The largest norm, divided so; larger gradients are shrunk. 0 does not clip.</param>
    public void Step(double learningRate, Tensor norm, double lossScale = 1, double maximum = 0)
    {
        ArgumentNullException.ThrowIfNull(norm);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        double? factor = norm.device_type == TorchSharp.DeviceType.CUDA
            ? null
            : Factor(norm.item<float>() / lossScale, lossScale, maximum);
        foreach (var slot in _slots)
        {
            slot.IsCounted = false;
            if (slot.Parameter.Value.grad is not { } gradient || factor is double.NaN)
                continue;

            slot.IsCounted = true;
            slot.Steps++;
            var decay = slot.Decays ? learningRate * WeightDecay : 0;
            var firstCorrection = 1 - Math.Pow(Beta1, slot.Steps);
            var secondCorrection = Math.Sqrt(1 - Math.Pow(Beta2, slot.Steps));
            if (factor is not { } known)
            {
                FusedKernels.For(gradient, 0)!.AdamW(
                    slot.Parameter.Value, gradient, slot.First, slot.Second, norm, lossScale, maximum,
                    learningRate / firstCorrection, Beta1, Beta2, Epsilon, decay, secondCorrection);
                continue;
            }

            if (known != 1)
                gradient.ScaleInPlace(known);

            var parameter = slot.Parameter.Value;
            if (slot.Decays)
                parameter.ScaleInPlace(1 - decay);

            slot.First.lerp_(gradient, 1 - Beta1);
            slot.Second.ScaleInPlace(Beta2).AddProductInPlace(gradient, gradient, 1 - Beta2);
            var root = slot.Second.sqrt().DivideInPlace(secondCorrection).AddInPlace(Epsilon);
            parameter.AddQuotientInPlace(slot.First, root, -learningRate / firstCorrection);
        }
    }

    /// <summary>The last step changed nothing, because a gradient was not finite: it does not count. A step on the CPU has
    /// found that out itself.</summary>
    public void TakeBackCount()
    {
        foreach (var slot in _slots.Where(slot => slot.IsCounted))
        {
            slot.IsCounted = false;
            slot.Steps--;
        }
    }

    /// <summary>Forgets all moments and counts of steps; the next step is as the first.</summary>
    public void Reset()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        foreach (var slot in _slots)
        {
            slot.Steps = 0;
            slot.First.zero_();
            slot.Second.zero_();
        }
    }

    /// <summary>Forgets all gradients.</summary>
    public void ClearGradients()
    {
        foreach (var slot in _slots)
        {
            if (slot.Parameter.Value.grad is not { } gradient)
                continue;

            slot.Parameter.Value.grad = null;
            gradient.Dispose();
        }
    }

    /// <summary>Takes over the moments of a parameter, such as those of a checkpoint.</summary>
    /// <exception cref="InputException">There is no such parameter, or the moments have another shape.</exception>
    public void Restore(string name, long steps, Tensor firstMoment, Tensor secondMoment)
    {
        ArgumentNullException.ThrowIfNull(firstMoment);
        ArgumentNullException.ThrowIfNull(secondMoment);
        var slot = _slots.FirstOrDefault(slot => slot.Parameter.Name == name)
            ?? throw new InputException($"the optimizer state is of a parameter '{name}' that is not trained here");
        if (!firstMoment.shape.SequenceEqual(slot.First.shape) || !secondMoment.shape.SequenceEqual(slot.First.shape))
            throw new InputException($"the optimizer state of '{name}' has another shape than the parameter");

        using var _ = no_grad();
        slot.Steps = steps;
        slot.First.copy_(firstMoment);
        slot.Second.copy_(secondMoment);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.First.Dispose();
            slot.Second.Dispose();
        }
    }

    /// <summary>What gradients are multiplied by; not a number where nothing may be changed.</summary>
    private static double Factor(double norm, double lossScale, double maximum) => !double.IsFinite(norm)
        ? double.NaN
        : (maximum > 0 && norm > maximum ? maximum / (norm + 1e-6) : 1) / lossScale;

    private sealed class Slot(NamedTensor parameter)
    {
        public NamedTensor Parameter { get; } = parameter;

        public bool Decays { get; } = HasWeightDecay(parameter);

        public long Steps { get; set; }

        /// <summary>Whether the last step was counted.</summary>
        public bool IsCounted { get; set; }

        public Tensor First { get; } = zeros_like(parameter.Value, requires_grad: false).DetachFromDisposeScope();

        public Tensor Second { get; } = zeros_like(parameter.Value, requires_grad: false).DetachFromDisposeScope();

        public AdamWState State => new(Parameter.Name, Decays, Steps, First, Second);
    }
}
