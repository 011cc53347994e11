using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;
using EmotionLlama.Training;

namespace EmotionLlama.Tests.Training;

public sealed class EarlyStoppingTests
{
    [Theory]
    [InlineData(2, 0, "3 2 3 1 2 3", 5)]
    [InlineData(2, 0, "3 2 1", null)]
    [InlineData(2, 0, "1 2 1 0", 2)]
    [InlineData(3, 0, "1 2 3", null)]
    [InlineData(1, 0, "1 1", 1)]
    [InlineData(0, 0, "1 2 3 4 5 6 7", null)]
    public void It_ends_a_run_after_as_many_evaluations_without_a_better_value(
        int patience, double minDelta, string losses, int? epoch) =>
        Assert.Equal(epoch, FirstStop(patience, minDelta, losses));

    [Theory]
    [InlineData("5 4.9 4.8", 2)]
    [InlineData("5 4.5 4.4 4.3", 3)]
    [InlineData("7.25 7.20 7.15", 2)]
    public void A_change_below_min_delta_is_no_improvement(string losses, int? epoch) =>
        Assert.Equal(epoch, FirstStop(patience: 2, minDelta: 0.5, losses));

    [Fact]
    public void A_change_of_exactly_min_delta_is_one_and_small_ones_add_up()
    {
        Assert.Null(FirstStop(patience: 1, minDelta: 0.05, "7.25 7.20 7.15"));
        Assert.Null(FirstStop(patience: 2, minDelta: 0.05, "7.25 7.22 7.19 7.16 7.13"));
    }

    [Fact]
    public void It_waits_from_the_first_evaluation_after_training_began()
    {
        Assert.Null(Judge(patience: 2, [At(0, 1), At(1, 5), At(2, 6)]));
        Assert.NotNull(Judge(patience: 2, [At(0, 1), At(1, 5), At(2, 6), At(3, 7)]));
    }

    [Fact]
    public void A_value_that_is_missing_or_no_number_is_no_improvement()
    {
        Assert.NotNull(Judge(patience: 2, [At(1, 5), At(2, double.NaN), At(3, double.NaN)]));
        Assert.Null(EarlyStopping.Judge(
            [At(1, 5), At(2, 4), At(3, 3)], ValidationMetric.Waf, new EarlyStoppingRecipe { Patience = 1 }));
    }

    [Fact]
    public void It_says_why()
    {
        double[] overlaps = [6, 7.2, 7.22, 7.1, 7];
        var history = overlaps.Select((value, epoch) => At(epoch + 1, 1) with { Epoch = epoch + 3, ClueOverlap = value });

        var stop = EarlyStopping.Judge(
            history, ValidationMetric.ClueOverlap, new EarlyStoppingRecipe { Patience = 3, MinDelta = 0.05 });

        Assert.Equal(
            "stopped early after epoch 7: clue_overlap has not improved by 0.05 for 3 evaluations; "
                + "best 7.22 at epoch 5",
            stop!.ToText());
    }

    private static int? FirstStop(int patience, double minDelta, string losses)
    {
        var history = losses.Split(' ')
            .Select((loss, epoch) => At(epoch + 1, double.Parse(loss, System.Globalization.CultureInfo.InvariantCulture)))
            .ToList();
        var settings = new EarlyStoppingRecipe { Patience = patience, MinDelta = minDelta };
        for (var epoch = 0; epoch < history.Count; epoch++)
        {
            if (EarlyStopping.Judge(history.Take(epoch + 1), ValidationMetric.ValLoss, settings) is not null)
                return epoch;
        }

        return null;
    }

    private static EarlyStop? Judge(int patience, ValidationMetrics[] history) =>
        EarlyStopping.Judge(history, ValidationMetric.ValLoss, new EarlyStoppingRecipe { Patience = patience });

    private static ValidationMetrics At(long step, double loss) => new(step, (int)step - 1, loss);
}
