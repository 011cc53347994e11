namespace EmotionLlama.Distributed;

/// <summary>Sums numbers in the host's memory over all ranks.</summary>
internal interface IHostSum : IDisposable
{
    /// <summary>Its name for people.</summary>
    string Name { get; }

    /// <summary>Puts the sum over all ranks in place of the values.</summary>
    void AllReduce(Span<float> values);
}
