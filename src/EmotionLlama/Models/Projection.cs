using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Models;

/// <summary>A trained linear map with bias, float32, from a frozen encoder's features to the Llama's channels.
/// </summary>
public sealed class Projection : IDisposable
{
    /// <summary>Creates a projection with fresh weights.</summary>
    /// <param name="name">Its name in checkpoints, such as <c>llama_proj</c>.</param>
    /// <param name="inputs">Channels of the features.</param>
    /// <param name="outputs">Channels of the Llama.</param>
    /// <param name="device">Where the weights go.</param>
    public Projection(string name, long inputs, long outputs, Device device)
    {
        Name = name;
        Weight = Initial.LinearWeight(outputs, inputs, device);
        Bias = Initial.LinearBias(outputs, inputs, device);
    }

    /// <summary>The name in checkpoints.</summary>
    public string Name { get; }

    /// <summary><c>[outputs, inputs]</c>.</summary>
    public Tensor Weight { get; }

    /// <summary><c>[outputs]</c>.</summary>
    public Tensor Bias { get; }

    /// <summary>Both tensors under their names in checkpoints.</summary>
    public IEnumerable<NamedTensor> Parameters => [new($"{Name}.weight", Weight), new($"{Name}.bias", Bias)];

    /// <summary>Applies the map in the data type of its input.</summary>
    /// <param name="x"><c>[…, inputs]</c>.</param>
    /// <returns><c>[…, outputs]</c>.</returns>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return functional.linear(x, Weight.to(x.dtype), Bias.to(x.dtype));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Weight.Dispose();
        Bias.Dispose();
    }
}
