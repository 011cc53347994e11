using System.Runtime.CompilerServices;
using EmotionLlama.Runtime;

namespace EmotionLlama.Tests;

/// <summary>Loads libtorch before any test touches a tensor.</summary>
internal static class NativeSetup
{
    [ModuleInitializer]
    internal static void Load() => LibTorch.Load();
}
