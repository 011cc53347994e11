namespace EmotionLlama.Workflows;

/// <summary>How fast a model came from disk.</summary>
/// <param name="Bytes">Bytes of weights that the model took.</param>
/// <param name="LoadSeconds">From opening the files to a model that can compute.</param>
/// <param name="FileBytes">Bytes of its files.</param>
/// <param name="ReadSeconds">How long reading the files took, from their beginnings to their ends, one after another,
/// doing nothing with them.</param>
/// <param name="HostBefore">The process's memory before the loading, in bytes.</param>
/// <param name="HostPeak">Its largest memory during the loading, in bytes.</param>
public sealed record LoadTiming(
    long Bytes, double LoadSeconds, long FileBytes, double ReadSeconds, long HostBefore, long HostPeak)
{
    /// <summary>Bytes per second of the loading.</summary>
    public double LoadRate => Bytes / LoadSeconds;

    /// <summary>Bytes per second of the reading.</summary>
    public double ReadRate => FileBytes / ReadSeconds;

    /// <summary>The loading's share of the reading's rate.</summary>
    public double Ratio => LoadRate / ReadRate;
}
