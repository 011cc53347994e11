using System.Globalization;
using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Evaluation.Diagnosing;

/// <summary>Finds a held-out loss that rises again while the training loss goes on falling.</summary>
internal static class Overfitting
{
    private const double LargestDropout = 0.5;
    private const double SomeDropout = 0.1;
    private const double SomeDecay = 0.05;
    private const int SomePatience = 3;

    public static Finding Judge(IReadOnlyList<ValidationMetrics> trained, Recipe recipe)
    {
        var measured = trained.Where(at => !double.IsNaN(at.Loss)).ToList();
        if (measured.Count < 2)
        {
            return new Finding
            {
                Trouble = Trouble.Overfitting,
                State = FindingState.NotMeasured,
                Summary = "fewer than two evaluations after training began; name datasets.NAME.validation_file and set "
                    + "run.eval_epoch_interval: 1",
            };
        }

        var best = measured.MinBy(at => at.Loss)!;
        var last = measured[^1];
        var since = measured.Count - 1 - measured.IndexOf(best);
        var rise = (last.Loss / best.Loss) - 1;
        var gapGrows = Gap(last) is not { } gap || Gap(best) is not { } gapThen || gap > gapThen;
        var found = since >= DiagnosisLimits.EvaluationsSince && rise > DiagnosisLimits.Rise && gapGrows;
        return new Finding
        {
            Trouble = Trouble.Overfitting,
            State = found ? FindingState.Found : FindingState.Absent,
            Summary = Summary(best, last, rise),
            Figures = [.. Figures(best, last, rise, since)],
            Advice = found ? [.. Advise(recipe, best)] : [],
        };
    }

    private static string Summary(ValidationMetrics best, ValidationMetrics last, double rise)
    {
        var training = best.TrainingLoss is { } before && last.TrainingLoss is { } after
            ? string.Create(CultureInfo.InvariantCulture, $"; the training loss went from {before:0.###} to {after:0.###}")
            : "";
        return best == last
            ? string.Create(CultureInfo.InvariantCulture,
                $"the held-out loss is at its lowest, {last.Loss:0.###} after epoch {last.Epoch}")
            : string.Create(CultureInfo.InvariantCulture, $"the held-out loss, {last.Loss:0.###} after epoch "
                + $"{last.Epoch}, is {100 * rise:0.#} % above its lowest, {best.Loss:0.###} after epoch {best.Epoch}")
                + training;
    }

    private static IEnumerable<Figure> Figures(
        ValidationMetrics best, ValidationMetrics last, double rise, int since)
    {
        yield return new Figure(
            "rise of the held-out loss above its lowest", rise, DiagnosisLimits.Rise, rise > DiagnosisLimits.Rise);
        yield return new Figure(
            "evaluations since the lowest", since, DiagnosisLimits.EvaluationsSince,
            since >= DiagnosisLimits.EvaluationsSince);
        yield return new Figure("epoch of the lowest held-out loss", best.Epoch);
        yield return new Figure("held-out loss", last.Loss);
        if (last.TrainingLoss is { } training)
            yield return new Figure("training loss", training);
        if (Gap(best) is { } then)
            yield return new Figure("gap of held-out and training loss at the lowest", then);
        if (Gap(last) is { } now)
            yield return new Figure("gap of held-out and training loss", now);
    }

    /// <summary>The guide's: weight decay, dropout, augmentation, early stopping.</summary>
    private static IEnumerable<Advice> Advise(Recipe recipe, ValidationMetrics best)
    {
        var (run, model) = (recipe.Run, recipe.Model);
        if (!run.SaveBest)
            yield return Advice.Set("run.save_best", "true");
        if (run.EarlyStopping.Patience == 0)
            yield return Advice.Set("run.early_stopping.patience", $"{SomePatience}");

        yield return Advice.Change(
            "run.weight_decay", run.WeightDecay, run.WeightDecay > 0 ? 2 * run.WeightDecay : SomeDecay);
        if (model.LoraDropout < LargestDropout)
        {
            yield return Advice.Change(
                "model.lora_dropout",
                model.LoraDropout,
                model.LoraDropout > 0 ? Math.Min(2 * model.LoraDropout, LargestDropout) : SomeDropout);
        }

        foreach (var (name, _) in recipe.Datasets.Where(entry => !entry.Value.EnableAugmentation))
            yield return Advice.Set($"datasets.{name}.enable_augmentation", "true");

        yield return new Advice($"use the checkpoint of epoch {best.Epoch}");
    }

    private static double? Gap(ValidationMetrics at) => at.Loss - at.TrainingLoss;
}
