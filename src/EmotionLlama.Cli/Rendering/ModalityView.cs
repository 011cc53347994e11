using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;
using Spectre.Console;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Shows which modality drives the labels.</summary>
internal static class ModalityView
{
    public static void Render(IAnsiConsole console, ModalityReport report)
    {
        console.MarkupLine("[bold]Accuracy with a modality withheld[/], and the share of labels that change");
        var effects = EvaluationView.NewTable(
            "label",
            [
                "clips", "all",
                .. report.Modalities.SelectMany(name => (string[])[$"no {name}", "changed"]),
            ]);
        var drivers = EvaluationView.NewTable(
            "label",
            [.. report.Modalities.Select(name => $"only {name}"), "several", "none alone", "no label"]);
        foreach (var row in report.ByLabel.Append(report.Overall))
        {
            var label = row.Label?.ToText() ?? "all";
            effects.AddRow(
            [
                label,
                $"{row.Clips}",
                $"{row.Accuracy.Value:f3}",
                .. row.Without.SelectMany(
                    effect => (string[])[$"{effect.Accuracy.Value:f3}", $"{effect.Changed.Value:p0}"]),
            ]);
            drivers.AddRow(
            [
                label,
                .. row.Without.Select(effect => Share(effect.Alone)),
                Share(row.Several),
                Share(row.None),
                Share(row.NoLabel),
            ]);

            string Share(int count) => $"{(double)count / row.Clips:p0}";
        }

        console.Write(effects);
        console.MarkupLine("[bold]What drives the labels[/]: the share of clips whose label changes without it");
        console.Write(drivers);
    }
}
