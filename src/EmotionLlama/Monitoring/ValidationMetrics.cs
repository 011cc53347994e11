namespace EmotionLlama.Monitoring;

/// <summary>The loss on held-out clips at one point of a run.</summary>
/// <param name="Step">Optimizer steps taken so far.</param>
/// <param name="Epoch">The epoch, counted from 0.</param>
/// <param name="Loss">Mean cross entropy of an answer token.</param>
public sealed record ValidationMetrics(long Step, int Epoch, double Loss);
