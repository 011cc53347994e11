using System.Globalization;
using System.Xml.Linq;
using EmotionLlama.Evaluation;
using EmotionLlama.Reporting;

namespace EmotionLlama.Tests.Reporting;

public sealed class AccuracyChartTests
{
    [Fact]
    public void A_bar_is_as_long_as_its_share_and_its_whisker_encloses_it()
    {
        var chart = XElement.Parse(AccuracyChart.Draw(
            [("before", new Proportion(20, 100), "before"), ("after", new Proportion(80, 100), "after")]));

        var lengths = chart.Elements("rect").Select(bar => Number(bar, "width")).ToList();
        var whisker = chart.Elements("line").First(line => line.Attribute("class")!.Value == "whisker");
        var end = Number(chart.Element("rect")!, "x") + lengths[0];

        Assert.Equal(4, lengths[1] / lengths[0], 2);
        Assert.InRange(end, Number(whisker, "x1"), Number(whisker, "x2"));
    }

    [Fact]
    public void Every_bar_says_its_share_and_its_count()
    {
        var texts = XElement.Parse(AccuracyChart.Draw([("after", new Proportion(7, 8), "after")]))
            .Elements("text").Select(text => text.Value).ToHashSet();

        Assert.Subset(texts, new HashSet<string> { "after", "88 %", "7 of 8" });
    }

    private static double Number(XElement element, string name) =>
        double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
