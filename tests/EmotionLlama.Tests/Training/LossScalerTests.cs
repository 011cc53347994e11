using EmotionLlama.Training;

namespace EmotionLlama.Tests.Training;

/// <summary>The factor that keeps small float16 gradients from vanishing.</summary>
public sealed class LossScalerTests
{
    [Fact]
    public void It_starts_where_PyTorch_starts() => Assert.Equal(65536, new LossScaler().Scale);

    [Fact]
    public void Overflow_halves_the_factor_each_time()
    {
        var scaler = new LossScaler();

        scaler.Update(finite: false);
        scaler.Update(finite: false);

        Assert.Equal(16384, scaler.Scale);
    }

    [Fact]
    public void Two_thousand_good_steps_in_a_row_double_the_factor()
    {
        var scaler = new LossScaler(scale: 8);
        Update(scaler, 1999);
        Assert.Equal((8, 1999), (scaler.Scale, scaler.GoodSteps));

        Update(scaler, 1);
        Assert.Equal((16, 0), (scaler.Scale, scaler.GoodSteps));

        Update(scaler, 2000);
        Assert.Equal(32, scaler.Scale);
    }

    [Fact]
    public void Overflow_starts_the_count_of_good_steps_anew()
    {
        var scaler = new LossScaler(scale: 8);
        Update(scaler, 1999);

        scaler.Update(finite: false);
        Update(scaler, 1999);

        Assert.Equal(4, scaler.Scale);
    }

    [Fact]
    public void A_restored_scaler_goes_on_counting()
    {
        var scaler = new LossScaler();
        scaler.Restore(scale: 4, goodSteps: 1999);

        Update(scaler, 1);

        Assert.Equal(8, scaler.Scale);
    }

    [Fact]
    public void Switched_off_it_stays_at_one()
    {
        var scaler = new LossScaler(enabled: false);

        scaler.Update(finite: false);
        scaler.Restore(scale: 4, goodSteps: 1);

        Assert.Equal((1, 0), (scaler.Scale, scaler.GoodSteps));
    }

    private static void Update(LossScaler scaler, int goodSteps)
    {
        for (var i = 0; i < goodSteps; i++)
            scaler.Update(finite: true);
    }
}
