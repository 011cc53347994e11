namespace EmotionLlama;

/// <summary>
/// Bad input from a person: a recipe, a data file, a checkpoint or an option. The message is one line that names the
/// file, the key or the value, and what to do. The command line prints it without a stack trace and exits with 2.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>Creates the error with a one-line message for the person who gave the input.</summary>
    public InputException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with a one-line message and the error that revealed it.</summary>
    public InputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an error without a message of its own.</summary>
    public InputException()
    {
    }
}
