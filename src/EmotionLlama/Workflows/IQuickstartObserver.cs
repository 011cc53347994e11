using EmotionLlama.Monitoring;

namespace EmotionLlama.Workflows;

/// <summary>Hears of the quickstart's progress, besides that of the training in it.</summary>
public interface IQuickstartObserver : ITrainingObserver
{
    /// <summary>A part of the story begins.</summary>
    /// <param name="title">What happens now.</param>
    void OnStage(string title)
    {
    }

    /// <summary>An accuracy on held-out clips was measured.</summary>
    /// <param name="name">Of what, such as <c>before</c> or <c>without voice</c>.</param>
    /// <param name="accuracy">Between 0 and 1.</param>
    void OnAccuracy(string name, double accuracy)
    {
    }
}
