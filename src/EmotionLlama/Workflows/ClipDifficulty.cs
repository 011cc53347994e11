using EmotionLlama.Configuration;

namespace EmotionLlama.Workflows;

/// <summary>How difficult a clip is in a curriculum.</summary>
/// <param name="Dataset">The data set's name in the recipe.</param>
/// <param name="Clip">The clip's name.</param>
/// <param name="Measure">What is measured.</param>
/// <param name="Difficulty">The value; NaN where the clip cannot be read.</param>
internal sealed record ClipDifficulty(string Dataset, string Clip, CurriculumDifficulty Measure, double Difficulty);
