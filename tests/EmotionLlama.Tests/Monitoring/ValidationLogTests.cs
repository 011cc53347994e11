using EmotionLlama.Monitoring;

namespace EmotionLlama.Tests.Monitoring;

public sealed class ValidationLogTests
{
    [Fact]
    public void A_resumed_run_measures_again_from_its_checkpoint_on()
    {
        using var folder = new TemporaryFolder();
        using (var log = ValidationLog.Create(folder["validation.jsonl"]))
        {
            foreach (var step in new[] { 0, 10, 20 })
                log.OnValidation(new ValidationMetrics(step, Epoch: step / 10, Loss: 3));
        }

        using (var log = ValidationLog.Resume(folder["validation.jsonl"], lastStep: 10))
        {
            log.OnValidation(new ValidationMetrics(Step: 10, Epoch: 1, Loss: 2));
            log.OnValidation(new ValidationMetrics(Step: 20, Epoch: 2, Loss: 1));
        }

        Assert.Equal(
            [new(0, 0, 3), new(10, 1, 2), new(20, 2, 1)], ValidationLog.Read(folder["validation.jsonl"]));
    }
}
