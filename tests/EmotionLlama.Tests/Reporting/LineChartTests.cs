using System.Xml.Linq;
using EmotionLlama.Reporting;

namespace EmotionLlama.Tests.Reporting;

public sealed class LineChartTests
{
    [Fact]
    public void Texts_stay_texts_so_that_no_font_of_this_machine_matters()
    {
        var chart = XElement.Parse(LineChart.Draw("Loss", 720, CurveOf(3, 2, 1)));

        var texts = chart.Elements("text").Select(text => text.Value).ToList();

        Assert.Contains("optimizer step", texts);
        Assert.Contains("loss & more", texts);
        Assert.DoesNotContain(chart.Descendants(), element => element.Attribute("font-family") is not null);
    }

    [Fact]
    public void A_higher_loss_lies_higher_in_the_picture()
    {
        var heights = Heights(LineChart.Draw("Loss", 720, CurveOf(3, 1, 2)));

        Assert.True(heights[0] < heights[2] && heights[2] < heights[1], "y grows downwards in SVG");
    }

    [Fact]
    public void A_loss_that_is_not_finite_leaves_a_gap()
    {
        var chart = LineChart.Draw("Loss", 720, CurveOf(3, 2, double.NaN, 1, double.PositiveInfinity, 1));

        Assert.Equal(3, Path(chart).Count(letter => letter == 'M'));
        Assert.DoesNotContain("NaN", chart, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_measured_is_said_rather_than_drawn()
    {
        var chart = LineChart.Draw("Loss", 720, CurveOf(double.NaN));

        Assert.Contains("nothing was measured", chart, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_run_is_thinned_without_losing_a_spike()
    {
        var losses = Enumerable.Repeat(1.0, 100_000).ToArray();
        losses[54_321] = 9;

        var thinned = CurveOf(losses).Thinned(1000);

        Assert.InRange(thinned.Points.Count, 100, 1000);
        Assert.Contains(thinned.Points, point => point == (54_321, 9));
        Assert.Equal(thinned.Points.OrderBy(point => point.X), thinned.Points);
    }

    private static Curve CurveOf(params double[] values) =>
        new("loss & more", "raw", [.. values.Select((value, step) => ((double)step, value))]);

    private static string Path(string chart) => XElement.Parse(chart).Element("path")!.Attribute("d")!.Value;

    private static double[] Heights(string chart) =>
    [
        .. Path(chart).Split('M', 'L').Skip(1)
            .Select(point => double.Parse(point.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)),
    ];
}
