namespace EmotionLlama.Monitoring;

/// <summary>Tells several observers what happens, in the order they were given, and disposes those that hold something
/// open, last one first.</summary>
public sealed class TrainingObservers : ITrainingObserver, IDisposable
{
    private readonly ITrainingObserver[] _observers;

    /// <summary>Creates a fan-out to <paramref name="observers"/>, which it owns from now on.</summary>
    public TrainingObservers(params IEnumerable<ITrainingObserver> observers)
    {
        _observers = [.. observers];
    }

    /// <inheritdoc/>
    public void OnVisionCache(VisionCacheProgress progress)
    {
        foreach (var observer in _observers)
            observer.OnVisionCache(progress);
    }

    /// <inheritdoc/>
    public void OnTraining(long steps, long completed)
    {
        foreach (var observer in _observers)
            observer.OnTraining(steps, completed);
    }

    /// <inheritdoc/>
    public void OnStep(StepMetrics metrics)
    {
        foreach (var observer in _observers)
            observer.OnStep(metrics);
    }

    /// <inheritdoc/>
    public void OnValidation(ValidationMetrics metrics)
    {
        foreach (var observer in _observers)
            observer.OnValidation(metrics);
    }

    /// <inheritdoc/>
    public void OnBest(BestMetric best)
    {
        foreach (var observer in _observers)
            observer.OnBest(best);
    }

    /// <inheritdoc/>
    public void OnAnswer(SampleAnswer answer)
    {
        foreach (var observer in _observers)
            observer.OnAnswer(answer);
    }

    /// <inheritdoc/>
    public void OnMessage(string message)
    {
        foreach (var observer in _observers)
            observer.OnMessage(message);
    }

    /// <inheritdoc/>
    public void OnCheckpoint(string path)
    {
        foreach (var observer in _observers)
            observer.OnCheckpoint(path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var observer in _observers.Reverse().OfType<IDisposable>())
            observer.Dispose();
    }
}
