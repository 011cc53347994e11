using System.Globalization;
using EmotionLlama.Checkpoints.Averaging;
using Spectre.Console;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Shows how an average came about.</summary>
internal static class AveragingView
{
    public static void Render(IAnsiConsole console, AveragingReport report)
    {
        var taken = report.Contributions.Count(part => part.Share > 0);
        console.WriteLine(
            $"{taken} of {report.Contributions.Count} checkpoints averaged ({report.Method}): "
            + $"{report.Tensors} tensors, {report.Parameters:n0} values");
        if (report.Soup.Count > 0)
            console.Write(Soup(report));

        console.Write(Contributions(report));
        console.Write(Pairs(report));
        foreach (var note in report.Notes)
            console.MarkupLineInterpolated($"[yellow]note: {note}[/]");

        console.WriteLine($"checkpoint: {report.Output}, for model.ckpt or --ckpt");
    }

    private static Table Contributions(AveragingReport report)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("checkpoint", "epoch", "share", "distance to the average", "of its norm");
        foreach (var part in report.Contributions)
        {
            Row(
                table,
                part.File,
                part.Epoch?.ToString(CultureInfo.InvariantCulture) ?? "",
                part.Share > 0 ? Percent(part.Share) : "left out",
                Number(part.Distance),
                part.Norm > 0 ? Percent(part.Distance / part.Norm) : "");
        }

        return table;
    }

    private static Table Pairs(AveragingReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("between", "and", "distance", "cosine");
        foreach (var pair in report.Pairs)
            Row(table, pair.First, pair.Second, Number(pair.Distance), $"{pair.Cosine:0.00000}");

        return table;
    }

    private static Table Soup(AveragingReport report)
    {
        var metric = report.Metric!;
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("checkpoint", $"{metric} alone", "average before", "with it", "");
        foreach (var step in report.Soup)
        {
            Row(
                table,
                step.File,
                Number(step.Alone),
                step.Before is { } before ? Number(before) : "",
                Number(step.After),
                step.Added ? "added" : "left out");
        }

        return table;
    }

    private static void Row(Table table, params string[] cells) =>
        table.AddRow(cells.Select(cell => new Text(cell)));

    private static string Number(double value) => value.ToString("0.#####", CultureInfo.InvariantCulture);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##} %");
}
