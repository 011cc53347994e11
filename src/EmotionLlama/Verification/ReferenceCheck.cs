namespace EmotionLlama.Verification;

/// <summary>One check, ready to run.</summary>
/// <param name="Name">Its name in snake case.</param>
/// <param name="Tolerance">The largest deviation allowed.</param>
/// <param name="Measure">Computes the deviation; tensors made meanwhile are disposed afterwards.</param>
internal sealed record ReferenceCheck(string Name, double Tolerance, Func<Deviation> Measure);
