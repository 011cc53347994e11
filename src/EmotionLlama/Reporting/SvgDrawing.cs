using System.Globalization;
using System.Net;
using System.Text;

namespace EmotionLlama.Reporting;

/// <summary>Builds one inline SVG picture. Texts stay texts, drawn by the reader's browser in its own fonts, so that a
/// machine without any font installed makes the same picture.</summary>
internal sealed class SvgDrawing
{
    private readonly StringBuilder _svg = new();

    public SvgDrawing(double width, double height, string description, string style = "")
    {
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"""<svg viewBox="0 0 {width:0.##} {height:0.##}" role="img" class="{style}">""");
        _svg.Append(CultureInfo.InvariantCulture, $"<title>{WebUtility.HtmlEncode(description)}</title>");
    }

    public void Line(double x1, double y1, double x2, double y2, string style) => _svg.Append(
        CultureInfo.InvariantCulture,
        $"""<line x1="{x1:0.##}" y1="{y1:0.##}" x2="{x2:0.##}" y2="{y2:0.##}" class="{style}"/>""");

    public void Rectangle(double x, double y, double width, double height, string style) => _svg.Append(
        CultureInfo.InvariantCulture,
        $"""<rect x="{x:0.##}" y="{y:0.##}" width="{width:0.##}" height="{height:0.##}" rx="3" class="{style}"/>""");

    /// <param name="x">The left edge.</param>
    /// <param name="y">The upper edge.</param>
    /// <param name="width">The width.</param>
    /// <param name="height">The height.</param>
    /// <param name="style">CSS classes.</param>
    /// <param name="opacity">0 is invisible, 1 covers.</param>
    public void Rectangle(double x, double y, double width, double height, string style, double opacity) => _svg.Append(
        CultureInfo.InvariantCulture,
        $"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" rx=\"3\" class=\"{style}\" fill-opacity=\"{opacity:0.##}\"/>");

    /// <summary>A curve through points; where one is not finite, the pen is lifted.</summary>
    public void Curve(IEnumerable<(double X, double Y)> points, string style)
    {
        _svg.Append("<path d=\"");
        var penIsUp = true;
        foreach (var (x, y) in points)
        {
            var isGap = !double.IsFinite(y);
            if (!isGap)
                _svg.Append(CultureInfo.InvariantCulture, $"{(penIsUp ? 'M' : 'L')}{x:0.#} {y:0.#}");

            penIsUp = isGap;
        }

        _svg.Append(CultureInfo.InvariantCulture, $"\" class=\"{style}\"/>");
    }

    /// <param name="x">The anchor.</param>
    /// <param name="y">The baseline.</param>
    /// <param name="text">Plain text; it is escaped.</param>
    /// <param name="style">CSS classes; <c>start</c>, <c>middle</c> and <c>end</c> say where the anchor is.</param>
    public void Text(double x, double y, string text, string style) => _svg.Append(
        CultureInfo.InvariantCulture,
        $"""<text x="{x:0.##}" y="{y:0.##}" class="{style}">{WebUtility.HtmlEncode(text)}</text>""");

    public override string ToString() => $"{_svg}</svg>";

    /// <summary>The picture as a file of its own.</summary>
    /// <param name="sheet">The style sheet of its classes.</param>
    public string ToFile(string sheet)
    {
        var svg = ToString();
        var opened = svg.IndexOf('>', StringComparison.Ordinal) + 1;
        return $"<svg xmlns=\"http://www.w3.org/2000/svg\"{svg[4..opened]}<style>{sheet}</style>{svg[opened..]}";
    }
}
