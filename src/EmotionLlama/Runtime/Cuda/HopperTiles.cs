namespace EmotionLlama.Runtime.Cuda;

/// <summary>The tiles of <c>HopperTiles.cu</c>, in which kernels built on it work: some rows of one head.</summary>
internal static class HopperTiles
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 64;

    /// <summary>Channels of a head.</summary>
    public const int Channels = 128;

    /// <summary>Bytes of a tile in shared memory, in half precision.</summary>
    public const int Bytes = Rows * Channels * 2;

    /// <summary>Threads of a block: one warp group.</summary>
    public const int Threads = 128;
}
