using System.ComponentModel.DataAnnotations;

namespace EmotionLlama.Configuration;

/// <summary>Curriculum learning: easy samples first, harder ones as training goes on.</summary>
public sealed record CurriculumRecipe
{
    /// <summary>What makes a sample difficult. Captions of several tasks count by the tasks' weights.</summary>
    public CurriculumDifficulty Difficulty { get; init; } = CurriculumDifficulty.None;

    /// <summary>How the share of samples that may be drawn grows.</summary>
    public CurriculumPacing Pacing { get; init; } = CurriculumPacing.Linear;

    /// <summary>The share of samples, the easiest ones, that is drawn from at the start.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Start { get; init; } = 0.25;

    /// <summary>The epoch from which on all samples are drawn; null takes half of the run.</summary>
    [Range(1, int.MaxValue)]
    public int? Epochs { get; init; }

    /// <summary>Number of jumps of step pacing.</summary>
    [Range(1, int.MaxValue)]
    public int Steps { get; init; } = 4;
}
