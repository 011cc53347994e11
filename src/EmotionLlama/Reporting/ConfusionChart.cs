using System.Globalization;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;

namespace EmotionLlama.Reporting;

/// <summary>Draws a confusion matrix as a picture of its own.</summary>
internal static class ConfusionChart
{
    private const double Cell = 56;
    private const double Left = 104;
    private const double Top = 52;
    private const double Gap = 3;

    private const string Sheet =
        "svg{background:#fff;font:13px system-ui,sans-serif}text{fill:#1b2430}.light{fill:#fff}.end{text-anchor:end}"
        + ".middle{text-anchor:middle}.note{fill:#667385}.empty{fill:#f5f7f9}.right{fill:#0d746e}.wrong{fill:#be3c32}";

    /// <summary>The matrix as an SVG file: rows are the labels, columns what the answers name, shades are shares of a
    /// row.</summary>
    public static string Draw(ClassificationReport scores)
    {
        string[] columns = [.. scores.Labels.Select(label => label.ToText()), "other", "none"];
        var width = Left + (columns.Length * Cell) + Gap;
        var drawing = new SvgDrawing(width, Top + (scores.Labels.Count * Cell) + Gap, "Confusion matrix");
        drawing.Text(6, 18, "↓ label, → answer", "note");
        foreach (var (column, name) in columns.Index())
            drawing.Text(Left + ((column + 0.5) * Cell), Top - 12, name, "middle");

        foreach (var (row, classScores) in scores.Classes.Index())
        {
            var label = classScores.Emotion;
            drawing.Text(Left - 10, Top + ((row + 0.5) * Cell) + 4, label.ToText(), "end");
            int[] counts =
            [
                .. scores.Labels.Select(predicted => scores.Confusions(label, predicted)),
                scores.ConfusionsOutside(label),
                scores.Confusions(label, null),
            ];
            foreach (var (column, count) in counts.Index())
                DrawCell(drawing, row, column, count, classScores.Support);
        }

        return drawing.ToFile(Sheet);
    }

    private static void DrawCell(SvgDrawing drawing, int row, int column, int count, int support)
    {
        var (x, y) = (Left + (column * Cell), Top + (row * Cell));
        drawing.Rectangle(x, y, Cell - Gap, Cell - Gap, "empty");
        if (count == 0)
            return;

        var share = (double)count / support;
        drawing.Rectangle(
            x, y, Cell - Gap, Cell - Gap, row == column ? "right" : "wrong", opacity: 0.08 + (0.82 * share));
        drawing.Text(
            x + ((Cell - Gap) / 2),
            y + (Cell / 2) + 3,
            count.ToString(CultureInfo.InvariantCulture),
            share > 0.55 ? "middle light" : "middle");
    }
}
