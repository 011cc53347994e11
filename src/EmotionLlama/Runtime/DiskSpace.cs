namespace EmotionLlama.Runtime;

/// <summary>The room on disks.</summary>
internal static class DiskSpace
{
    /// <summary>The free bytes where a file or folder would lie; it need not exist.</summary>
    public static long FreeBytes(string path)
    {
        var existing = Path.GetFullPath(path);
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
            existing = parent;

        return new DriveInfo(existing).AvailableFreeSpace;
    }

    /// <summary>Finds out before a long job whether its output fits. Where the file system does not tell, it passes.
    /// </summary>
    /// <param name="path">What will be written; it need not exist.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="freeBytes">Tells the free bytes; null takes <see cref="FreeBytes"/>.</param>
    /// <exception cref="InputException">There is less room than that.</exception>
    public static void Need(string path, long bytes, Func<string, long>? freeBytes = null)
    {
        long free;
        try
        {
            free = (freeBytes ?? FreeBytes)(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return;
        }

        if (free < bytes)
        {
            throw new InputException($"{path}: takes {ByteSize.Format(bytes)}, but {ByteSize.Format(free)} are free "
                + "there; name another disk or make room");
        }
    }
}
