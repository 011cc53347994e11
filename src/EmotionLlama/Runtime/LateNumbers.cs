using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>A few numbers that a device computes, to be read later.</summary>
/// <param name="values"><c>[count]</c>, float32; the copy to the host is queued at once.</param>
internal sealed class LateNumbers(Tensor values) : IDisposable
{
    private readonly LateTensor _values = new(values);

    /// <summary>Whether reading them may have to wait.</summary>
    public bool IsLate => _values.IsLate;

    /// <summary>Waits for the numbers.</summary>
    public float[] Read() => _values.Wait().data<float>().ToArray();

    /// <inheritdoc/>
    public void Dispose() => _values.Dispose();
}
