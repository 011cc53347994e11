namespace EmotionLlama.Scoring.Statistics;

/// <summary>A mean with its 95 % interval.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Lower">The lower end of the interval.</param>
/// <param name="Upper">The upper end of the interval.</param>
/// <param name="Count">Values that it is the mean of.</param>
public sealed record MeanInterval(double Mean, double Lower, double Upper, int Count);
