using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>Memory that one computation after another may overwrite, on one stream of a device.</summary>
/// <param name="type">Its data type.</param>
/// <param name="device">Where it is.</param>
internal sealed class SharedScratch(ScalarType type, Device device) : IDisposable
{
    private Tensor? _memory;
    private long _largest;

    /// <summary>Says how much will be taken at most; before anything is taken.</summary>
    /// <param name="elements">Elements at once.</param>
    public void Reserve(long elements) => _largest = Math.Max(_largest, elements);

    /// <summary>The first elements. Whatever was there before is lost.</summary>
    /// <param name="elements">How many, of those reserved.</param>
    /// <returns>A view <c>[elements]</c>.</returns>
    public Tensor Take(long elements) =>
        (_memory ??= empty(_largest, type, device).DetachFromDisposeScope()).narrow(0, 0, elements);

    /// <summary>Memory of its own, of the same kind.</summary>
    /// <param name="elements">How many.</param>
    public Tensor New(long elements) => empty(elements, type, device);

    /// <inheritdoc/>
    public void Dispose() => _memory?.Dispose();
}
