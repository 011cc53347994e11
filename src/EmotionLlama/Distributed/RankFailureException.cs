namespace EmotionLlama.Distributed;

/// <summary>A rank of the job has failed, so all of them end.</summary>
public sealed class RankFailureException : Exception
{
    /// <summary>The exit code of work that failed.</summary>
    public const int Failed = 1;

    /// <summary>Creates the error.</summary>
    /// <param name="message">One line: which rank, and why.</param>
    /// <param name="exitCode">What each process of the job ends with.</param>
    public RankFailureException(string message, int exitCode)
        : base(message) => ExitCode = exitCode;

    /// <summary>Creates the error.</summary>
    public RankFailureException(string message)
        : this(message, Failed)
    {
    }

    /// <summary>Creates the error.</summary>
    public RankFailureException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an error without a message of its own.</summary>
    public RankFailureException()
    {
    }

    /// <summary>What each process of the job ends with.</summary>
    public int ExitCode { get; } = Failed;
}
