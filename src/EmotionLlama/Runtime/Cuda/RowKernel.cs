using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>A kernel that gives a block to each row.</summary>
/// <param name="One">Made for a pack of values a thread.</param>
/// <param name="Two">Made for up to two.</param>
internal readonly record struct RowKernel(nint One, nint Two)
{
    /// <summary>The longest row, in packs of 16 bytes.</summary>
    public const int MostPacks = 2 * MostThreads;

    private const int MostThreads = 1024;
    private const int Warp = 32;

    /// <summary>Queues it for all rows of a tensor.</summary>
    /// <param name="x">The tensor.</param>
    /// <param name="packs">Packs of a row.</param>
    /// <param name="arguments">The kernel's arguments.</param>
    public void Launch(Tensor x, int packs, ReadOnlySpan<KernelArgument> arguments)
    {
        var isShort = packs <= MostThreads;
        var threads = ((isShort ? packs : (packs + 1) / 2) + Warp - 1) / Warp * Warp;
        CudaApi.Launch(isShort ? One : Two, x.NumberOfElements / x.shape[^1], threads, arguments);
    }
}
