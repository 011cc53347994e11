using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Evaluation.Diagnosing;

/// <summary>What is known of each trouble of a training run, from its evaluations on held-out clips.</summary>
/// <param name="Findings">A finding for each <see cref="Trouble"/>, in their order.</param>
public sealed record Diagnosis(IReadOnlyList<Finding> Findings)
{
    /// <summary>The troubles that are there.</summary>
    public IEnumerable<Finding> Found => Findings.Where(finding => finding.State == FindingState.Found);

    /// <summary>Judges the latest evaluation in the light of those before. What was measured before training does not
    /// count.</summary>
    /// <param name="history">A run's evaluations, by growing step.</param>
    /// <param name="recipe">The run's recipe, whose values advice begins with.</param>
    public static Diagnosis Of(IEnumerable<ValidationMetrics> history, Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(recipe);
        var trained = history.Where(at => at.Step > 0).ToList();
        return new Diagnosis(
        [
            GenericAnswers.Judge(trained, recipe),
            Overfitting.Judge(trained, recipe),
            InconsistentReasoning.Judge(trained, recipe),
        ]);
    }

    /// <summary>The troubles that have become clear with the latest evaluation: there in the last two, and not already
    /// in the two before.</summary>
    /// <param name="history">A run's evaluations, by growing step.</param>
    /// <param name="recipe">The run's recipe.</param>
    public static IReadOnlyList<Finding> NewlyClear(IReadOnlyList<ValidationMetrics> history, Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(history);
        var now = Of(history, recipe).Found.ToList();
        var before = FoundWithout(1);
        var earlier = FoundWithout(2);
        return [.. now.Where(finding => before.Contains(finding.Trouble) && !earlier.Contains(finding.Trouble))];

        HashSet<Trouble> FoundWithout(int latest) =>
            [.. Of(history.SkipLast(latest), recipe).Found.Select(finding => finding.Trouble)];
    }
}
