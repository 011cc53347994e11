namespace EmotionLlama.Endpoints;

/// <summary>A call to a model that failed.</summary>
/// <param name="message">Why, in one line.</param>
/// <param name="problem">What it means for the others.</param>
/// <param name="innerException">What revealed it.</param>
internal sealed class EndpointException(string message, CallProblem problem, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What it means for the others.</summary>
    public CallProblem Problem => problem;

    /// <summary>How long the endpoint asks to wait; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether no connection came about.</summary>
    public bool Unreachable { get; init; }
}
