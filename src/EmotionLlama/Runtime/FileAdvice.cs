using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EmotionLlama.Runtime;

/// <summary>Tells the kernel how a file is going to be read. Advice only: where there is none to give, nothing changes.
/// </summary>
internal static partial class FileAdvice
{
    private const int WillNeed = 3;
    private const int DontNeed = 4;

    /// <summary>Starts reading a part of a file into the page cache, in the background.</summary>
    public static void ReadAhead(SafeFileHandle file, long offset, long length)
    {
        if (OperatingSystem.IsLinux())
            _ = Advise(file, offset, length, WillNeed);
    }

    /// <summary>Drops a file's pages from the page cache, those that were not written to disk yet excepted.</summary>
    public static void Forget(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux())
            _ = Advise(file, 0, 0, DontNeed);
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
