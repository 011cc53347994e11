namespace EmotionLlama.Monitoring;

/// <summary>Watches a training run: a log, a live view, a report. Calls come one at a time, on the training thread, and
/// should return quickly. An observer that throws stops the run.</summary>
public interface ITrainingObserver
{
    /// <summary>The vision cache is being filled: once at the start, then after each batch of pictures.</summary>
    void OnVisionCache(VisionCacheProgress progress)
    {
    }

    /// <summary>Training begins.</summary>
    /// <param name="steps">Optimizer steps of the whole run.</param>
    /// <param name="completed">Steps that an earlier run has taken.</param>
    void OnTraining(long steps, long completed)
    {
    }

    /// <summary>An optimizer step was taken, or skipped because its gradient was not finite.</summary>
    void OnStep(StepMetrics metrics)
    {
    }

    /// <summary>Loss, and perhaps answers, on held-out clips were measured.</summary>
    void OnValidation(ValidationMetrics metrics)
    {
    }

    /// <summary>The model is the best so far.</summary>
    void OnBest(BestMetric best)
    {
    }

    /// <summary>The model answered about a sample clip.</summary>
    void OnAnswer(SampleAnswer answer)
    {
    }

    /// <summary>Something a person should know, in one line of plain text.</summary>
    void OnMessage(string message)
    {
    }

    /// <summary>A checkpoint is complete on disk.</summary>
    void OnCheckpoint(string path)
    {
    }
}
