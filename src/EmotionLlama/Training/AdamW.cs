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
    private readonly FlatParameters _parameters;
    private readonly Tensor _first, _second;
    private readonly Segment[] _segments;
    private readonly Dictionary<string, AdamWState> _states;
    private long _steps;
    private bool _isCounted;

    /// <summary>Prepares moments of zero.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="weightDecay">Share of the rate by which matrices shrink each step.</param>
    /// <param name="beta1">Decay of the first moment.</param>
    /// <param name="beta2">Decay of the second moment.</param>
    /// <param name="epsilon">Added to the root of the second moment.</param>
    public AdamW(
        FlatParameters parameters,
        double weightDecay,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        WeightDecay = weightDecay;
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        _first = zeros_like(parameters.Values).DetachFromDisposeScope();
        _second = zeros_like(parameters.Values).DetachFromDisposeScope();
        _segments = [.. Segments()];
        _states = parameters.Parameters.ToDictionary(parameter => parameter.Name, parameter => new AdamWState(
            parameter.Name, Decays(parameter), 0, View(_first, parameter), View(_second, parameter)));
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
    [
        .. _parameters.Parameters.Select(parameter => _states[parameter.Name] with { Steps = _steps })
            .OrderByDescending(state => state.HasWeightDecay),
    ];

    /// <summary>Whether a parameter gets weight decay: not where it has fewer than two dimensions or its name contains
    /// <c>bias</c>, <c>ln</c> or <c>bn</c>.</summary>
    public static bool HasWeightDecay(NamedTensor parameter) =>
        parameter.Value.dim() >= 2
        && !parameter.Name.Contains("bias", StringComparison.Ordinal)
        && !parameter.Name.Contains("ln", StringComparison.Ordinal)
        && !parameter.Name.Contains("bn", StringComparison.Ordinal);

    /// <summary>Changes the parameters by their gradients.</summary>
    /// <param name="learningRate">The rate of this step.</param>
    public void Step(double learningRate)
    {
        using var norm = zeros([], ScalarType.Float32, _parameters.Values.device);
        Step(learningRate, norm);
    }

    /// <summary>Changes the parameters by their gradients; without any, nothing happens. On a GPU nothing waits for the
    /// norm: the step is decided there.</summary>
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
        _isCounted = false;
        if (factor is double.NaN || _parameters.CompleteGradients() is not { } gradients)
            return;

        _isCounted = true;
        _steps++;
        var firstCorrection = 1 - Math.Pow(Beta1, _steps);
        var secondCorrection = Math.Sqrt(1 - Math.Pow(Beta2, _steps));
        foreach (var segment in _segments)
        {
            Tensor Part(Tensor all) => all.narrow(0, segment.First, segment.Count);
            var (parameter, gradient) = (Part(_parameters.Values), Part(gradients));
            var (first, second) = (Part(_first), Part(_second));
            var decay = segment.Decays ? learningRate * WeightDecay : 0;
            if (factor is not { } known)
            {
                FusedKernels.For(gradient, 0)!.AdamW(
                    parameter, gradient, first, second, norm, lossScale, maximum,
                    learningRate / firstCorrection, Beta1, Beta2, Epsilon, decay, secondCorrection);
                continue;
            }

            if (known != 1)
                gradient.ScaleInPlace(known);

            if (decay != 0)
                parameter.ScaleInPlace(1 - decay);

            first.lerp_(gradient, 1 - Beta1);
            second.ScaleInPlace(Beta2).AddProductInPlace(gradient, gradient, 1 - Beta2);
            var root = second.sqrt().DivideInPlace(secondCorrection).AddInPlace(Epsilon);
            parameter.AddQuotientInPlace(first, root, -learningRate / firstCorrection);
        }
    }

    /// <summary>The last step changed nothing, because a gradient was not finite: it does not count. A step on the CPU has
    /// found that out itself.</summary>
    public void TakeBackCount()
    {
        if (_isCounted)
            _steps--;

        _isCounted = false;
    }

    /// <summary>Forgets all moments and counts of steps; the next step is as the first.</summary>
    public void Reset()
    {
        using var _ = no_grad();
        _steps = 0;
        _first.zero_();
        _second.zero_();
    }

    /// <summary>Takes over the moments of a parameter, such as those of a checkpoint.</summary>
    /// <exception cref="InputException">There is no such parameter, the moments have another shape, or another parameter
    /// took another number of steps.</exception>
    public void Restore(string name, long steps, Tensor firstMoment, Tensor secondMoment)
    {
        ArgumentNullException.ThrowIfNull(firstMoment);
        ArgumentNullException.ThrowIfNull(secondMoment);
        if (!_states.TryGetValue(name, out var state))
            throw new InputException($"the optimizer state is of a parameter '{name}' that is not trained here");

        var shape = state.FirstMoment.shape;
        if (!firstMoment.shape.SequenceEqual(shape) || !secondMoment.shape.SequenceEqual(shape))
            throw new InputException($"the optimizer state of '{name}' has another shape than the parameter");

        if (_steps != 0 && steps != _steps)
        {
            throw new InputException($"the optimizer state of '{name}' is of {steps} steps, that of other parameters of "
                + $"{_steps}; start from the weights alone (model.ckpt)");
        }

        using var _ = no_grad();
        _steps = steps;
        state.FirstMoment.copy_(firstMoment);
        state.SecondMoment.copy_(secondMoment);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var state in _states.Values)
        {
            state.FirstMoment.Dispose();
            state.SecondMoment.Dispose();
        }

        _first.Dispose();
        _second.Dispose();
    }

    /// <summary>Neighbours that decay alike are one segment, gaps included.</summary>
    private IEnumerable<Segment> Segments()
    {
        var ordered = _parameters.Parameters.OrderBy(parameter => parameter.First).ToList();
        for (var i = 0; i < ordered.Count;)
        {
            var (first, decays) = (ordered[i].First, Decays(ordered[i]));
            while (i < ordered.Count && Decays(ordered[i]) == decays)
                i++;

            var end = i < ordered.Count ? ordered[i].First : _parameters.Values.numel();
            yield return new Segment(first, end - first, decays);
        }
    }

    private static bool Decays(FlatParameter parameter) => HasWeightDecay(new(parameter.Name, parameter.Value));

    private static Tensor View(Tensor all, FlatParameter parameter) =>
        all.narrow(0, parameter.First, parameter.Value.numel()).view(parameter.Value.shape).DetachFromDisposeScope();

    /// <summary>What gradients are multiplied by; not a number where nothing may be changed.</summary>
    private static double Factor(double norm, double lossScale, double maximum) => !double.IsFinite(norm)
        ? double.NaN
        : (maximum > 0 && norm > maximum ? maximum / (norm + 1e-6) : 1) / lossScale;

    private readonly record struct Segment(long First, long Count, bool Decays);
}
