using EmotionLlama.Configuration;
using EmotionLlama.Datasets;

namespace EmotionLlama.Workflows;

/// <summary>Whether a run can be evaluated as its recipe says, known before the model is read.</summary>
internal static class EvaluationReadiness
{
    /// <summary>Refuses held-out clips that cannot show the metric.</summary>
    /// <exception cref="InputException">Clues are to be compared where no annotation has some, or the captions are
    /// hidden.</exception>
    public static void Check(Recipe recipe, IReadOnlyList<MerrDataset> heldOut)
    {
        if (heldOut.Count == 0 || recipe.Run.EvalEpochInterval == 0)
            return;

        if (heldOut.FirstOrDefault(data => data.Recipe.Caption == CaptionUse.Empty) is { } hidden)
        {
            throw new InputException($"datasets.{hidden.Name}: caption: empty hides what the evaluations during training "
                + "compare with; set caption: use, or run.eval_epoch_interval: 0 (answers are always generated without)");
        }

        var tasks = heldOut.SelectMany(data => data.Tasks.Tasks).ToList();
        if (recipe.Run.Metric == ValidationMetric.ClueOverlap && tasks.All(task => task.Source == AnswerSource.Label))
        {
            throw new InputException("run.metric: clue_overlap needs annotations with clues, but task_pool has only "
                + $"'{tasks[0].Name}', which is answered by a label; add reason_v2, or set metric: waf");
        }
    }
}
