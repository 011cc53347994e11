namespace EmotionLlama.Endpoints;

/// <summary>What a failed call means for the others.</summary>
internal enum CallProblem
{
    /// <summary>The same call may succeed later.</summary>
    Passing,

    /// <summary>This call cannot succeed, others can.</summary>
    Lasting,

    /// <summary>No call can succeed.</summary>
    Fatal,
}
