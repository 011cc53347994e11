using static TorchSharp.torch;

namespace EmotionLlama.Training;

/// <summary>Puts libtorch's generator back when disposed, so that what was drawn meanwhile does not change the
/// run.</summary>
internal sealed class KeptGenerator : IDisposable
{
    private readonly Tensor _state = get_rng_state();

    public void Dispose()
    {
        set_rng_state(_state);
        _state.Dispose();
    }
}
