namespace EmotionLlama.Generation;

/// <summary>Where sequences go when others leave the batch.</summary>
internal static class RowOrder
{
    /// <summary>Orders rows so that as many as possible keep their place: a sequence that ended is replaced by one from
    /// the end, the only one whose keys and values have to move.</summary>
    /// <param name="ascendingRows">The rows that stay.</param>
    /// <returns>For each new row the old one.</returns>
    public static int[] FillGapsFromTheEnd(IReadOnlyList<int> ascendingRows)
    {
        var count = ascendingRows.Count;
        var sources = new int[count];
        Array.Fill(sources, -1);
        foreach (var row in ascendingRows.Where(row => row < count))
            sources[row] = row;

        var gap = 0;
        foreach (var row in ascendingRows.Where(row => row >= count))
        {
            gap = Array.IndexOf(sources, -1, gap);
            sources[gap] = row;
        }

        return sources;
    }
}
