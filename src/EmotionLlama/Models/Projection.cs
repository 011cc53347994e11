using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Models;

/// <summary>A trained linear map with bias, float32, from a frozen encoder's features to the Llama's channels.
/// </summary>
public sealed class Projection : IDisposable
{
    private readonly TrainedTensor _weight;
    private readonly TrainedTensor _bias;

    /// <summary>Creates a projection with fresh weights.</summary>
    /// <param name="name">Its name in checkpoints, such as <c>llama_proj</c>.</param>
    /// <param name="inputs">Channels of the features.</param>
    /// <param name="outputs">Channels of the Llama.</param>
    /// <param name="device">Where the weights go.</param>
    public Projection(string name, long inputs, long outputs, Device device)
    {
        Name = name;
        _weight = new TrainedTensor(Initial.LinearWeight(outputs, inputs, device));
        _bias = new TrainedTensor(Initial.LinearBias(outputs, inputs, device));
    }

    /// <summary>The name in checkpoints.</summary>
    public string Name { get; }

    /// <summary><c>[outputs, inputs]</c>.</summary>
    public Tensor Weight => _weight.Parts[0];

    /// <summary><c>[outputs]</c>.</summary>
    public Tensor Bias => _bias.Parts[0];

    /// <summary>Both tensors under their names in checkpoints.</summary>
    public IEnumerable<NamedTensor> Parameters => [new($"{Name}.weight", Weight), new($"{Name}.bias", Bias)];

    /// <summary>The same as parts of a model.</summary>
    internal IEnumerable<TrainedParameter> Trained => [new($"{Name}.weight", _weight), new($"{Name}.bias", _bias)];

    /// <summary>Applies the map in the data type of its input.</summary>
    /// <param name="x"><c>[…, inputs]</c>.</param>
    /// <returns><c>[…, outputs]</c>.</returns>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return functional.linear(x, _weight.In(x.dtype), _bias.In(x.dtype));
    }

    /// <summary>Adds the gradients of weight and bias to theirs.</summary>
    /// <param name="gradient">Gradient of the output, <c>[n, outputs]</c>.</param>
    /// <param name="x">The input, <c>[n, inputs]</c>.</param>
    internal void Backward(Tensor gradient, Tensor x)
    {
        _weight.AddProduct(gradient.t(), x);
        _bias.Add(gradient.sum([0], type: ScalarType.Float32));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }
}
