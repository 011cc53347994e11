using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Training;

/// <summary>A few trained parameters without a model.</summary>
internal sealed class TrainedSet : IDisposable
{
    private readonly Dictionary<string, TrainedTensor> _tensors;

    public TrainedSet(params (string Name, Tensor Value)[] parameters)
    {
        _tensors = parameters.ToDictionary(item => item.Name, item => new TrainedTensor(
            item.Value.detach().clone().DetachFromDisposeScope()));
        Flat = new FlatParameters(
            [.. parameters.Select(item => new TrainedParameter(item.Name, _tensors[item.Name]))],
            ScalarType.Float32,
            parameters[0].Value.device);
    }

    public FlatParameters Flat { get; }

    /// <summary>The values of a parameter.</summary>
    public Tensor this[string name] => _tensors[name].Parts[0].detach();

    /// <summary>Replaces the gradient of a parameter.</summary>
    public void SetGradient(string name, Tensor gradient)
    {
        using var _ = no_grad();
        Flat.PrepareGradients();
        _tensors[name].ClearGradient();
        _tensors[name].Add(gradient);
    }

    public void Dispose()
    {
        Flat.Dispose();
        foreach (var tensor in _tensors.Values)
            tensor.Dispose();
    }
}
