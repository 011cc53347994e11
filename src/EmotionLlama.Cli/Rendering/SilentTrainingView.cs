using EmotionLlama.Monitoring;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Shows nothing: the view of ranks that do not print.</summary>
internal sealed class SilentTrainingView : ITrainingObserver;
