using EmotionLlama.Monitoring;

namespace EmotionLlama.Workflows;

/// <summary>Hears of the progress of an evaluation.</summary>
public interface IEvaluationObserver
{
    /// <summary>Something worth a line.</summary>
    void OnMessage(string message)
    {
    }

    /// <summary>The vision cache is being filled: once at the start, then after each batch of pictures.</summary>
    void OnVisionCache(VisionCacheProgress progress)
    {
    }

    /// <summary>The clips of a test set are being answered about.</summary>
    /// <param name="title">The test set, and what is withheld, such as <c>faces without voice</c>.</param>
    /// <param name="clips">How many clips it has.</param>
    /// <param name="done">How many an earlier evaluation has answered about.</param>
    void OnPass(string title, int clips, int done)
    {
    }

    /// <summary>Another batch of the pass is done.</summary>
    /// <param name="done">Clips answered about so far.</param>
    void OnAnswers(int done)
    {
    }

    /// <summary>A test set is done.</summary>
    void OnEvaluated(EvaluationOutcome outcome)
    {
    }
}
