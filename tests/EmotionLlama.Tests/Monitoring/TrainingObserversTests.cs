using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Tests.Monitoring;

public sealed class TrainingObserversTests
{
    [Fact]
    public void Everyone_hears_everything_in_order_and_is_disposed_in_reverse()
    {
        var heard = new List<string>();
        using (var observers = new TrainingObservers(new Recorder("a", heard), new Recorder("b", heard)))
        {
            observers.OnStep(MonitoringSamples.Step(1));
            observers.OnValidation(new ValidationMetrics(1, 0, 2));
            observers.OnBest(BestMetric.Of([new ValidationMetrics(1, 0, 2)], ValidationMetric.ValLoss)!);
            observers.OnAnswer(MonitoringSamples.Answer(1));
            observers.OnMessage("hello");
            observers.OnCheckpoint("checkpoint_0.pth");
        }

        Assert.Equal(
            [
                "a: step 1", "b: step 1", "a: loss 2", "b: loss 2", "a: val_loss 2 after epoch 0",
                "b: val_loss 2 after epoch 0", "a: sample_001", "b: sample_001", "a: hello", "b: hello",
                "a: checkpoint_0.pth", "b: checkpoint_0.pth", "b: bye", "a: bye",
            ],
            heard);
    }

    private sealed class Recorder(string name, List<string> heard) : ITrainingObserver, IDisposable
    {
        public void OnStep(StepMetrics metrics) => heard.Add($"{name}: step {metrics.Step}");

        public void OnValidation(ValidationMetrics metrics) => heard.Add($"{name}: loss {metrics.Loss}");

        public void OnBest(BestMetric best) => heard.Add($"{name}: {best.ToText()}");

        public void OnAnswer(SampleAnswer answer) => heard.Add($"{name}: {answer.Clip}");

        public void OnMessage(string message) => heard.Add($"{name}: {message}");

        public void OnCheckpoint(string path) => heard.Add($"{name}: {path}");

        public void Dispose() => heard.Add($"{name}: bye");
    }
}
