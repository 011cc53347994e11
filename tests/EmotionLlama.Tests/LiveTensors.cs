using static TorchSharp.torch;

namespace EmotionLlama.Tests;

/// <summary>Counts the tensors that the process holds; for tests of the collection <see cref="SharedGenerator"/>.
/// </summary>
internal static class LiveTensors
{
    /// <summary>The count to compare with later: what earlier tests dropped is collected first, so that it cannot make
    /// up for a leak.</summary>
    public static long CountBefore()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }

    /// <summary>The count now, with all that only the garbage collector could free.</summary>
    public static long Count => Tensor.TotalCount;
}
