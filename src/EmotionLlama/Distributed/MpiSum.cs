namespace EmotionLlama.Distributed;

/// <summary>Sums through Open MPI.</summary>
/// <param name="mpi">The library, started.</param>
internal sealed unsafe class MpiSum(MpiLibrary mpi) : IHostSum
{
    /// <inheritdoc/>
    public string Name => "MPI";

    /// <inheritdoc/>
    public void AllReduce(Span<float> values)
    {
        fixed (float* first = values)
            mpi.AllReduceSum(first, values.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
