using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Tests.Monitoring;

public sealed class BestMetricTests
{
    [Fact]
    public void The_lowest_loss_is_the_best_and_the_highest_of_all_other_metrics()
    {
        ValidationMetrics[] history = [At(1, 3, 0.2), At(2, 1, 0.4), At(3, 2, 0.9)];

        Assert.Equal((2, 1.0), Best(history, ValidationMetric.ValLoss));
        Assert.Equal((3, 0.9), Best(history, ValidationMetric.Accuracy));
        Assert.Equal((3, 9.0), Best([At(1, 3), At(3, 2) with { ClueOverlap = 9 }], ValidationMetric.ClueOverlap));
        Assert.Equal((3, 9.0), Best([At(1, 3), At(3, 2) with { LabelOverlap = 9 }], ValidationMetric.LabelOverlap));
        Assert.Equal((1, 0.5), Best([At(1, 3) with { Waf = 0.5 }, At(3, 2) with { Waf = 0.4 }], ValidationMetric.Waf));
    }

    [Fact]
    public void Of_equal_ones_the_earlier_is_kept() =>
        Assert.Equal((1, 2.0), Best([At(1, 2), At(2, 2), At(3, 2)], ValidationMetric.ValLoss));

    [Fact]
    public void What_was_measured_before_training_not_at_all_or_is_no_number_is_never_the_best()
    {
        Assert.Equal((2, 5.0), Best([At(0, 1), At(1, double.NaN), At(2, 5)], ValidationMetric.ValLoss));
        Assert.Null(BestMetric.Of([At(0, 1), At(1, 1)], ValidationMetric.ClueOverlap));
    }

    [Fact]
    public void It_is_named_as_recipes_and_checkpoints_name_it() =>
        Assert.Equal(
            "clue_overlap 7.25 after epoch 4",
            BestMetric.Of([At(9, 1) with { Epoch = 4, ClueOverlap = 7.25 }], ValidationMetric.ClueOverlap)!.ToText());

    private static (long Step, double Value) Best(ValidationMetrics[] history, ValidationMetric metric)
    {
        var best = BestMetric.Of(history, metric)!;
        return (best.Step, best.Value);
    }

    private static ValidationMetrics At(long step, double loss, double? accuracy = null) =>
        new(step, (int)step, loss) { Accuracy = accuracy };
}
