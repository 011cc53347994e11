namespace EmotionLlama.Cli;

/// <summary>What the process tells the shell that ran it.</summary>
internal static class ExitCode
{
    /// <summary>The verb did what was asked.</summary>
    public const int Success = 0;

    /// <summary>The input was fine and the work failed, or a check did not pass.</summary>
    public const int Failed = 1;

    /// <summary>An option, a recipe or a file that a person gave is wrong.</summary>
    public const int BadInput = 2;

    /// <summary>Ended by Ctrl-C or SIGTERM, after saving.</summary>
    public const int Stopped = 130;
}
