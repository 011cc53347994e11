using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>
/// All trained parameters of a model side by side in one tensor, and their gradients in another: rounding them, their
/// norm, a step of the optimizer or an exchange between ranks is one operation, however many there are.
/// </summary>
/// <remarks>Matrices come first, vectors behind them, each in the order of the checkpoints; every parameter begins at a
/// multiple of 16 bytes in any data type. The gaps are zero and stay so.</remarks>
public sealed class FlatParameters : IDisposable
{
    private const int Alignment = 8;

    private readonly (TrainedTensor Tensor, long First)[] _places;
    private readonly Tensor? _rounded;
    private Tensor? _gradients;

    /// <summary>Moves parameters into one tensor.</summary>
    /// <param name="parameters">In the order of the checkpoints; whole tensors.</param>
    /// <param name="dtype">The data type of the arithmetic.</param>
    /// <param name="device">Where it is done.</param>
    internal FlatParameters(IReadOnlyList<TrainedParameter> parameters, ScalarType dtype, Device device)
    {
        var count = 0L;
        var tensors = parameters.Select(parameter => parameter.Tensor).Distinct().OrderBy(x => x.Shape.Length < 2);
        var places = new Dictionary<TrainedTensor, long>();
        foreach (var tensor in tensors)
        {
            places.Add(tensor, count);
            count += (Size(tensor.Shape) + Alignment - 1) / Alignment * Alignment;
        }

        using var scope = NewDisposeScope();
        _places = [.. places.Select(place => (place.Key, place.Value))];
        Values = zeros(count, ScalarType.Float32, device).DetachFromDisposeScope();
        _rounded = dtype == ScalarType.Float32 ? null : zeros(count, dtype, device).DetachFromDisposeScope();
        foreach (var (tensor, first) in _places)
            tensor.Move(Place(Values, tensor, first), Place(_rounded ?? Values, tensor, first));

        Parameters = [.. parameters.Select(parameter => new FlatParameter(
            parameter.Name,
            parameter.Tensor.Parts[parameter.Part],
            places[parameter.Tensor] + parameter.Tensor.Parts.Take(parameter.Part).Sum(part => part.numel())))];
        Refresh();
    }

    /// <summary>The parameters in the order of the checkpoints.</summary>
    public IReadOnlyList<FlatParameter> Parameters { get; }

    /// <summary>All values, <c>[count]</c>, float32.</summary>
    public Tensor Values { get; }

    /// <summary>All gradients, <c>[count]</c>, float32, while some may still be missing; null before the first one.
    /// </summary>
    public Tensor? Gradients => _gradients;

    /// <summary>Rounds the values to the data type of the arithmetic; what computes with them does so before it begins,
    /// because anyone may have changed them.</summary>
    public void Refresh()
    {
        using var _ = no_grad();
        _rounded?.copy_(Values);
    }

    /// <summary>Makes room for gradients, if there is none yet.</summary>
    public void PrepareGradients()
    {
        if (_gradients is not null)
            return;

        using var scope = NewDisposeScope();
        _gradients = zeros_like(Values).DetachFromDisposeScope();
        foreach (var (tensor, first) in _places)
            tensor.PlaceGradient(Place(_gradients, tensor, first));
    }

    /// <summary>All gradients, <c>[count]</c>, float32: zero for parameters that got none. Null before the first one.
    /// </summary>
    public Tensor? CompleteGradients()
    {
        if (_gradients is null)
            return null;

        using var _ = no_grad();
        foreach (var (tensor, _) in _places)
            tensor.CompleteGradient();

        return _gradients;
    }

    /// <summary>Forgets all gradients: the next ones are the first.</summary>
    public void ClearGradients()
    {
        foreach (var (tensor, _) in _places)
            tensor.ClearGradient();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Values.Dispose();
        _rounded?.Dispose();
        _gradients?.Dispose();
    }

    private static Tensor Place(Tensor all, TrainedTensor tensor, long first) =>
        all.narrow(0, first, Size(tensor.Shape)).view(tensor.Shape);

    private static long Size(long[] shape) => shape.Aggregate(1L, (product, size) => product * size);
}
