using EmotionLlama.Configuration;

namespace EmotionLlama.Evaluation.Diagnosing;

/// <summary>Advice that several troubles share.</summary>
internal static class RunAdvice
{
    /// <summary>Half the learning rate, of the last sub-stage where there are some.</summary>
    public static Advice LowerRate(RunRecipe run)
    {
        var last = run.Stages.Count - 1;
        return last >= 0 && run.Stages[last].InitLr is { } rate
            ? Advice.Change($"run.stages.{last}.init_lr", rate, rate / 2)
            : Advice.Change("run.init_lr", run.InitLr, run.InitLr / 2);
    }

    /// <summary>Half as many epochs again.</summary>
    public static Advice MoreEpochs(RunRecipe run) => Advice.Change(
        "run.max_epoch", run.MaxEpoch, run.MaxEpoch + Math.Max(1, run.MaxEpoch / 2));
}
