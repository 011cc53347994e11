using EmotionLlama.Configuration;

namespace EmotionLlama.Training;

/// <summary>A learning-rate schedule: a pure function of the epoch and the iteration in it.</summary>
public sealed record LearningRate
{
    /// <summary>The kind of schedule.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.LinearWarmupCosine;

    /// <summary>Rate after warm-up.</summary>
    public required double Initial { get; init; }

    /// <summary>Rate at the end.</summary>
    public required double Minimum { get; init; }

    /// <summary>Rate at the start of warm-up.</summary>
    public required double WarmupStart { get; init; }

    /// <summary>Iterations of warm-up.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>Number of epochs.</summary>
    public required int Epochs { get; init; }

    /// <summary>Iterations in an epoch.</summary>
    public required int IterationsPerEpoch { get; init; }

    /// <summary>Factor per epoch of <see cref="LearningRateSchedule.LinearWarmupStep"/>.</summary>
    public double DecayRate { get; init; } = 1;

    /// <summary>The rate of one iteration.</summary>
    /// <param name="epoch">Counted from 0.</param>
    /// <param name="iteration">Iteration in the epoch, counted from 0.</param>
    public double At(int epoch, int iteration) => Schedule switch
    {
        LearningRateSchedule.Constant => Initial,
        LearningRateSchedule.LinearWarmupStep => epoch == 0
            ? Warmup(iteration)
            : Math.Max(Minimum, Initial * Math.Pow(DecayRate, epoch)),
        _ => Step(epoch, iteration) < WarmupSteps ? Warmup(iteration) : Cosine(Step(epoch, iteration)),
    };

    private long Step(int epoch, int iteration) => ((long)epoch * IterationsPerEpoch) + iteration;

    // The original counts warm-up by the iteration in its epoch, not by the step of the run, so a warm-up that spans
    // epochs starts again with each. Kept, so that old recipes train as they did.
    private double Warmup(int iteration) =>
        Math.Min(Initial, WarmupStart + ((Initial - WarmupStart) * iteration / Math.Max(WarmupSteps, 1)));

    private double Cosine(long step) =>
        ((Initial - Minimum) * 0.5 * (1 + Math.Cos(Math.PI * step / ((double)Epochs * IterationsPerEpoch)))) + Minimum;
}
