namespace EmotionLlama.Workflows;

/// <summary>How much a vision cache holds, and what a run adds to it.</summary>
/// <param name="Folder">Where the outputs of this tower, picture size and precision lie.</param>
/// <param name="Pictures">Different pictures that the run reads, without those that augmentation changes.</param>
/// <param name="Missing">Those of them that are still to be encoded.</param>
/// <param name="BytesEach">Bytes of the output of one.</param>
public sealed record VisionCacheSize(string Folder, int Pictures, int Missing, long BytesEach)
{
    /// <summary>Bytes that the outputs of all these pictures take.</summary>
    public long Bytes => Pictures * BytesEach;

    /// <summary>Bytes that the run adds.</summary>
    public long MissingBytes => Missing * BytesEach;
}
