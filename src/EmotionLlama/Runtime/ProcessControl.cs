using System.Runtime.InteropServices;

namespace EmotionLlama.Runtime;

/// <summary>What .NET does not offer for processes. On Linux.</summary>
public static partial class ProcessControl
{
    private const int Terminate = 15;

    /// <summary>The process that started this one, or the one that took it over when that ended.</summary>
    public static int ParentId => GetParentId();

    /// <summary>Ends this process now, whatever its threads wait for; nothing is finalized.</summary>
    /// <param name="exitCode">What it ends with.</param>
    public static void EndNow(int exitCode)
    {
        Console.Out.Flush();
        Console.Error.Flush();
        Exit(exitCode);
    }

    /// <summary>Asks a process to end: SIGTERM.</summary>
    public static void AskToEnd(int process) => _ = Kill(process, Terminate);

    /// <summary>Sets an environment variable for libraries too, which do not see what .NET sets.</summary>
    public static void SetVariable(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        _ = SetEnvironment(name, value, 1);
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParentId();

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
