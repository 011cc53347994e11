using System.Globalization;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Reporting;

/// <summary>Says in one line and a few figures how a run went.</summary>
internal static class Verdict
{
    public static string Render(ReportModel report)
    {
        var (first, last) = Losses(report);
        var tiles = new List<string>();
        var phrases = new List<string>();
        if (double.IsFinite(first) && double.IsFinite(last))
        {
            tiles.Add(Tile("loss", Number(first), Number(last)));
            phrases.Add(last < first ? "The loss fell" : "The loss did not fall");
        }

        if (report.Accuracy is { Before: { } before, After: { } after })
        {
            tiles.Add(Tile("accuracy, held-out clips", Percent(before.Value), Percent(after.Value)));
            phrases.Add(after.Lower > before.Upper ? "accuracy rose beyond chance"
                : after.Value > before.Value ? "accuracy rose, within its uncertainty"
                : "accuracy did not rise");
        }

        if (report.Recognition is { } recognition)
        {
            tiles.Add(Tile("accuracy (WAR)", null, Share(recognition.Accuracy)));
            tiles.Add(Tile("weighted F1 (WAF)", null, Share(recognition.Waf)));
            tiles.Add(Tile("unweighted recall (UAR)", null, Share(recognition.Uar)));
            tiles.Add(Tile($"without a label, {recognition.Refusals} of them refusals", null, $"{recognition.NoLabel}"));
        }

        if (report.Steps is [.., var end])
            tiles.Add(Tile("optimizer steps", null, end.Step.ToString("N0", CultureInfo.InvariantCulture)));
        if (report.Duration is { } duration)
            tiles.Add(Tile("duration", null, Time(duration)));
        if (Needs(report.Accuracy) is { } needs)
            phrases.Add(needs);

        return (phrases.Count > 0 ? $"<p class=\"verdict\">{string.Join("; ", phrases)}.</p>" : "")
            + (tiles.Count > 0 ? $"<div class=\"tiles\">{string.Concat(tiles)}</div>" : "");
    }

    private static (double First, double Last) Losses(ReportModel report) =>
        (report.LossFirst ?? LossCurve.First(report.Steps), report.LossLast ?? LossCurve.Last(report.Steps));

    /// <summary>What each withheld modality costs, where that was measured.</summary>
    private static string? Needs(AccuracyComparison accuracy)
    {
        if (accuracy.After is not { } after)
            return null;

        (string Name, Evaluation.Proportion? Share)[] withheld =
            [("face", accuracy.WithoutFace), ("voice", accuracy.WithoutVoice), ("words", accuracy.WithoutWords)];
        var costs = withheld.Where(one => one.Share is not null).Select(one => string.Create(
            CultureInfo.InvariantCulture, $"the {one.Name} {100 * (after.Value - one.Share!.Value.Value):0} points"));
        var listed = string.Join(", ", costs);
        return listed.Length > 0 ? $"withholding costs: {listed}" : null;
    }

    private static string Tile(string name, string? before, string after)
    {
        var change = before is null ? "" : $"<span class=\"from\">{before} →</span> ";
        return $"""<div class="tile"><div class="figure">{change}{after}</div><div class="muted">{name}</div></div>""";
    }

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %");

    private static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.00} %");

    private static string Time(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:00} min")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds:00} s");
}
