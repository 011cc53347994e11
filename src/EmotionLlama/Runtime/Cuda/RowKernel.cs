using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>A kernel that gives a block to each row, in versions for rows of different lengths.</summary>
/// <param name="versions">Made for up to 1, 2, 4, … packs of values a thread.</param>
internal sealed class RowKernel(params nint[] versions)
{
    /// <summary>The longest row of a kernel in two versions, in packs of 16 bytes.</summary>
    public const int MostPacks = 2 * MostThreads;

    private const int MostThreads = 1024;
    private const int Warp = 32;

    /// <summary>Queues it for all rows of a tensor.</summary>
    /// <param name="x">The tensor.</param>
    /// <param name="packs">Packs of a row.</param>
    /// <param name="arguments">The kernel's arguments.</param>
    /// <param name="overlaps">See <see cref="CudaApi.Launch"/>.</param>
    public void Launch(Tensor x, int packs, ReadOnlySpan<KernelArgument> arguments, bool overlaps = false) =>
        Launch(x.NumberOfElements / x.size(-1), packs, arguments, overlaps);

    /// <summary>Queues it.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="packs">Packs of a row.</param>
    /// <param name="arguments">The kernel's arguments.</param>
    /// <param name="overlaps">See <see cref="CudaApi.Launch"/>.</param>
    public void Launch(long rows, int packs, ReadOnlySpan<KernelArgument> arguments, bool overlaps = false)
    {
        var version = 0;
        while (packs > MostThreads << version)
            version++;

        var threads = (packs + (1 << version) - 1) >> version;
        CudaApi.Launch(versions[version], rows, (threads + Warp - 1) / Warp * Warp, arguments, overlaps);
    }
}
