using EmotionLlama.Configuration;

namespace EmotionLlama.Datasets.Curriculum;

/// <summary>Which share of the samples, the easiest ones, may be drawn as training goes on.</summary>
/// <remarks>Platanios et al., "Competence-based Curriculum Learning for Neural Machine Translation", NAACL 2019,
/// equations 6 and 7.</remarks>
/// <param name="Pacing">How it grows.</param>
/// <param name="Start">The share at the start, above 0 and at most 1.</param>
/// <param name="Steps">Number of jumps of <see cref="CurriculumPacing.Step"/>.</param>
public sealed record Competence(CurriculumPacing Pacing, double Start, int Steps = 4)
{
    // A quotient of two whole numbers that falls short of a jump by rounding has reached it.
    private const double Rounding = 1e-9;

    /// <summary>The share c(t), from <see cref="Start"/> at t = 0 to 1 from t = 1 on; it never falls.</summary>
    /// <param name="progress">The part t of the curriculum that is over.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="progress"/> is negative or no number.</exception>
    public double At(double progress)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(progress);
        if (double.IsNaN(progress))
            throw new ArgumentOutOfRangeException(nameof(progress));
        if (progress >= 1)
            return 1;

        return Pacing switch
        {
            CurriculumPacing.Root => Math.Sqrt((Start * Start) + ((1 - (Start * Start)) * progress)),
            CurriculumPacing.Step => Start + ((1 - Start) * Math.Floor((progress * Steps) + Rounding) / Steps),
            _ => Start + ((1 - Start) * progress),
        };
    }

    /// <summary>How many of some clips that share is: rounded down, and at least one.</summary>
    /// <param name="progress">The part of the curriculum that is over.</param>
    /// <param name="clips">All clips.</param>
    public int ClipsAt(double progress, int clips) =>
        Math.Clamp((int)Math.Floor((At(progress) * clips) + Rounding), 1, clips);
}
