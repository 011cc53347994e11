using System.Globalization;
using System.Net;

namespace EmotionLlama.Reporting;

/// <summary>The frame of every report: one file that needs nothing beside it and runs nothing.</summary>
internal static class HtmlPage
{
    /// <summary>A page.</summary>
    /// <param name="title">The title, as plain text.</param>
    /// <param name="content">What is on it, as HTML.</param>
    public static string Render(string title, string content) => string.Create(CultureInfo.InvariantCulture, $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <title>{Text(title)}</title>
        <style>{ReportStyle.Sheet}</style>
        </head>
        <body><main>
        {content}</main></body>
        </html>

        """);

    /// <summary>Plain text, safe inside HTML.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);
}
