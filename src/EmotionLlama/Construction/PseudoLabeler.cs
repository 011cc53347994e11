using System.Globalization;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;

namespace EmotionLlama.Construction;

/// <summary>Finds the emotion that a face speaks for by <see cref="EmotionRules"/>.</summary>
/// <param name="recipe">What a label needs.</param>
public sealed class PseudoLabeler(ConstructionRecipe recipe)
{
    /// <summary>Labels a face.</summary>
    /// <param name="intensities">The units of the peak frame, each with its intensity from 0 to 5.</param>
    /// <param name="reason">Why there is no label.</param>
    /// <returns>The label; null where the face does not decide.</returns>
    public PseudoLabel? Find(IReadOnlyDictionary<int, double> intensities, out string? reason)
    {
        ArgumentNullException.ThrowIfNull(intensities);
        reason = null;
        if (intensities.Keys.All(ActionUnits.Unexpressive.Contains))
        {
            if (recipe.Neutral)
                return new PseudoLabel(Emotion.Neutral, 1, "");

            reason = "the face is neutral, and construction.neutral is false";
            return null;
        }

        // Ordering is stable, so that of equal rules the first of the table counts.
        var labels = EmotionRules.All
            .Select(rule => new PseudoLabel(rule.Emotion, rule.Score(intensities), rule.Text))
            .Where(label => label.Score > 0)
            .OrderByDescending(label => label.Score)
            .DistinctBy(label => label.Emotion)
            .ToList();
        if (labels.Count == 0)
            reason = $"no rule knows the combination {Join(intensities.Keys)}";
        else if (labels[0].Score < recipe.MinLabelScore)
            reason = $"{Show(labels[0])} is below min_label_score {Show(recipe.MinLabelScore)}";
        else if (labels.Count > 1 && labels[0].Score - labels[1].Score < recipe.LabelMargin)
            reason = $"{Show(labels[0])} and {Show(labels[1])} are closer than label_margin {Show(recipe.LabelMargin)}";
        else if (!recipe.Labels.Labels().Contains(labels[0].Emotion))
            reason = $"{labels[0].Emotion.ToText()} is no label of {recipe.Labels.ToText()}";

        return reason is null ? labels[0] : null;
    }

    private static string Join(IEnumerable<int> units) => string.Join('+', units.Order().Select(ActionUnit.CodeOf));

    private static string Show(PseudoLabel label) => $"{label.Emotion.ToText()} {Show(label.Score)} ({label.Rule})";

    private static string Show(double score) => score.ToString("0.00", CultureInfo.InvariantCulture);
}
