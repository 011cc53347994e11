namespace EmotionLlama.Runtime;

/// <summary>An operator of libtorch failed.</summary>
/// <param name="name">Its name.</param>
/// <param name="reason">Why, as libtorch says; null for versions that only print it.</param>
internal sealed class OperatorException(string name, string? reason)
    : InvalidOperationException($"the operator {name} failed: {reason ?? "libtorch has printed why"}")
{
    /// <summary>Why, as libtorch says; null for versions that only print it.</summary>
    public string? Reason => reason;
}
