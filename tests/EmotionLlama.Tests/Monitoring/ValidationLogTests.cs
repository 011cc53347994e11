using EmotionLlama.Monitoring;
using EmotionLlama.Tests.Evaluation.Diagnosing;

namespace EmotionLlama.Tests.Monitoring;

public sealed class ValidationLogTests
{
    [Fact]
    public void A_resumed_run_goes_on_behind_what_was_measured_up_to_its_checkpoint()
    {
        using var folder = new TemporaryFolder();
        Write(folder["validation.jsonl"]);

        using (var log = ValidationLog.Resume(folder["validation.jsonl"], lastStep: 10))
            log.OnValidation(new ValidationMetrics(Step: 20, Epoch: 2, Loss: 1));

        Assert.Equal(
            [new(0, 0, 3), new(10, 1, 3), new(20, 2, 1)], ValidationLog.Read(folder["validation.jsonl"]));
    }

    [Fact]
    public void It_measures_again_at_its_checkpoint_where_something_is_missing()
    {
        using var folder = new TemporaryFolder();
        Write(folder["validation.jsonl"]);

        ValidationLog.Resume(folder["validation.jsonl"], lastStep: 10, line => line.Accuracy is not null).Dispose();

        Assert.Equal([new(0, 0, 3)], ValidationLog.Read(folder["validation.jsonl"]));
    }

    [Fact]
    public void A_line_has_all_figures_and_no_others()
    {
        using var folder = new TemporaryFolder();
        var all = new ValidationMetrics(5, 0, 2)
        {
            TrainingLoss = 1,
            Answers = 3,
            Accuracy = 0.5,
            Waf = 0.4,
            ClueOverlap = 6,
            LabelOverlap = 5,
            ClueSpread = 1,
            LabelSpread = 2,
            Texts = Runs.GoodTexts,
        };
        using (var log = ValidationLog.Create(folder["validation.jsonl"]))
        {
            log.OnValidation(new ValidationMetrics(0, 0, 3));
            log.OnValidation(all);
        }

        Assert.Equal("""{"step":0,"epoch":0,"loss":3}""", File.ReadLines(folder["validation.jsonl"]).First());
        Assert.Equal(all, ValidationLog.Read(folder["validation.jsonl"])[1]);
        Assert.Equal(10, all.Figures().Count());
    }

    private static void Write(string path)
    {
        using var log = ValidationLog.Create(path);
        foreach (var step in new[] { 0, 10, 20 })
            log.OnValidation(new ValidationMetrics(step, Epoch: step / 10, Loss: 3));
    }
}
