using EmotionLlama.Monitoring;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Shows a training run while it goes on.</summary>
internal interface ITrainingView : ITrainingObserver
{
    /// <summary>Training begins.</summary>
    /// <param name="steps">Optimizer steps of the whole run.</param>
    /// <param name="completed">Steps that an earlier run already took.</param>
    void OnTraining(long steps, long completed);
}
