using EmotionLlama.Datasets;

namespace EmotionLlama.Construction;

/// <summary>A combination of action units that speaks for an emotion.</summary>
/// <param name="Emotion">The emotion.</param>
/// <param name="Units">The units that must all be there.</param>
/// <param name="Without">Units of which none may be there, as they make it the face of another emotion.</param>
/// <param name="Strength">How clearly it speaks for the emotion, from 0 to 1.</param>
public sealed record EmotionRule(
    Emotion Emotion, IReadOnlyList<int> Units, IReadOnlyList<int> Without, double Strength)
{
    /// <summary>The units as text: <c>AU06+AU12</c>.</summary>
    public string Text => string.Join('+', Units.Select(ActionUnit.CodeOf));

    /// <summary>How strongly a face speaks for the emotion: the rule's strength, times the mean intensity of its units
    /// as a share of the highest.</summary>
    /// <param name="intensities">The units that are there, each with its intensity from 0 to 5.</param>
    /// <returns>From 0 to 1; 0 where the rule does not apply.</returns>
    public double Score(IReadOnlyDictionary<int, double> intensities)
    {
        ArgumentNullException.ThrowIfNull(intensities);
        return Units.All(intensities.ContainsKey) && !Without.Any(intensities.ContainsKey)
            ? Strength * Units.Average(unit => intensities[unit]) / EmotionRules.HighestIntensity
            : 0;
    }
}
