using System.Runtime.CompilerServices;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Tests;

/// <summary>Loads libtorch before any test touches a tensor. Test classes run side by side, so each takes one thread.
/// </summary>
internal static class NativeSetup
{
    [ModuleInitializer]
    internal static void Load()
    {
        LibTorch.Load();
        set_num_threads(1);
    }
}
