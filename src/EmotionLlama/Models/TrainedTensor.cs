using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>A trained tensor with its gradient, or several with equal columns below each other, whose gradient is one
/// product. Its values are float32; a <see cref="FlatParameters"/> keeps them beside those of the other ones.</summary>
internal sealed class TrainedTensor : IDisposable
{
    private Tensor[] _parts;
    private Tensor? _rounded, _roundedTransposed, _gradient;

    /// <summary>Takes fresh values.</summary>
    /// <param name="parts">Float32 leaves that require gradients; owned by this from now on.</param>
    public TrainedTensor(params Tensor[] parts)
    {
        _parts = parts;
        Shape = [parts.Sum(part => part.size(0)), .. parts[0].shape[1..]];
    }

    /// <summary>The tensors below each other: leaves that require gradients.</summary>
    public IReadOnlyList<Tensor> Parts => _parts;

    /// <summary>Sizes of the whole.</summary>
    public long[] Shape { get; }

    /// <summary>Whether the gradient has been added to since it was last forgotten.</summary>
    public bool HasGradient { get; private set; }

    /// <summary>The whole in the data type of the arithmetic, as <see cref="FlatParameters.Refresh"/> left it; where
    /// libtorch shall derive gradients, it is computed from the leaves.</summary>
    /// <param name="type">The data type.</param>
    public Tensor In(ScalarType type)
    {
        if (_rounded is not null && _rounded.dtype == type && !is_grad_enabled())
            return _rounded;

        return (_parts.Length == 1 ? _parts[0] : cat(_parts)).to(type);
    }

    /// <summary>The same, transposed.</summary>
    public Tensor TransposedIn(ScalarType type) =>
        _roundedTransposed is not null && _roundedTransposed.dtype == type && !is_grad_enabled()
            ? _roundedTransposed
            : In(type).t();

    /// <summary>Adds a product to the gradient.</summary>
    /// <param name="left"><c>[rows, n]</c>.</param>
    /// <param name="right"><c>[n, columns]</c>, of the same data type.</param>
    public void AddProduct(Tensor left, Tensor right)
    {
        if (HasGradient)
        {
            Gradient.AddInPlace(left.mm(right));
            return;
        }

        FusedOperators.WideProduct(left, right, Gradient);
        HasGradient = true;
    }

    /// <summary>Adds to the gradient.</summary>
    public void Add(Tensor gradient)
    {
        if (HasGradient)
            Gradient.AddInPlace(gradient);
        else
            Gradient.copy_(gradient);

        HasGradient = true;
    }

    /// <summary>Forgets the gradient: the next one is the first. What has none by the end of a step gets zeros.</summary>
    public void ClearGradient() => HasGradient = false;

    /// <summary>Makes a gradient that nothing was added to zero.</summary>
    public void CompleteGradient()
    {
        if (!HasGradient)
            Gradient.zero_();
    }

    /// <summary>Moves the values to a place in a larger tensor.</summary>
    /// <param name="place">A float32 view of <see cref="Shape"/>.</param>
    /// <param name="rounded">Where they are rounded to; the place itself where the arithmetic is float32.</param>
    public void Move(Tensor place, Tensor rounded)
    {
        var old = _parts;
        _parts = Split(place, old);
        using (no_grad())
        {
            foreach (var (from, to) in old.Zip(_parts))
                to.copy_(from);
        }

        foreach (var part in _parts)
            part.requires_grad_();

        Free(old);
        Free(_rounded, _roundedTransposed, _gradient);
        _rounded = rounded.alias().DetachFromDisposeScope();
        _roundedTransposed = rounded.dim() == 2 ? rounded.t().DetachFromDisposeScope() : null;
        _gradient = null;
        HasGradient = false;
    }

    /// <summary>Says where the gradient goes.</summary>
    /// <param name="place">A float32 view of <see cref="Shape"/>.</param>
    public void PlaceGradient(Tensor place)
    {
        Free(_gradient);
        _gradient = place.alias().DetachFromDisposeScope();
        foreach (var (part, gradient) in _parts.Zip(Split(place, _parts)))
        {
            // libtorch keeps a reference of its own.
            part.grad = gradient;
            gradient.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free(_parts);
        Free(_rounded, _roundedTransposed, _gradient);
    }

    private Tensor Gradient => _gradient ?? throw new InvalidOperationException("no place for gradients was made");

    private static Tensor[] Split(Tensor whole, Tensor[] like)
    {
        var first = 0L;
        var parts = new Tensor[like.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = whole.narrow(0, first, like[i].size(0)).DetachFromDisposeScope();
            first += like[i].size(0);
        }

        return parts;
    }

    private static void Free(params ReadOnlySpan<Tensor?> tensors)
    {
        foreach (var tensor in tensors)
            tensor?.Dispose();
    }
}
