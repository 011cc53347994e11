namespace EmotionLlama.Runtime.Cuda;

/// <summary>Shared memory in which a block keeps a row until it is rounded to 8 bits: <c>kept_row</c> in <c>Common.cu</c>.
/// </summary>
internal sealed class KeptRow
{
    private const int PackBytes = 16;

    // What kernels declare of shared memory, at most.
    private const int DeclaredBytes = 1024;

    private readonly int _most = CudaApi.MostSharedBytes() - DeclaredBytes;

    /// <summary>Gives kernels as much of it as the GPU in use has.</summary>
    public KeptRow(params ReadOnlySpan<nint> kernels)
    {
        foreach (var kernel in kernels)
            CudaApi.AllowShared(kernel, _most);
    }

    /// <summary>Whether a row fits.</summary>
    /// <param name="packs">Its length in packs of 16 bytes.</param>
    public bool Takes(long packs) => packs * PackBytes <= _most;

    /// <summary>The bytes of a row, to launch a kernel with.</summary>
    /// <param name="packs">Its length in packs of 16 bytes.</param>
    public static int Bytes(int packs) => packs * PackBytes;
}
