using System.IO.Compression;
using System.Net;

namespace EmotionLlama.Tests.Scoring.Wheel;

/// <summary>Writes the smallest workbook that a spreadsheet program opens: one sheet of texts (ECMA-376).</summary>
internal static class Workbook
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Kind = "application/vnd.openxmlformats-officedocument.spreadsheetml";

    /// <summary>Writes a workbook. Empty texts are blank cells.</summary>
    public static void Write(string path, params string[][] rows)
    {
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        Add("[Content_Types].xml", $"""
            <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
            <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
            <Override PartName="/xl/workbook.xml" ContentType="{Kind}.sheet.main+xml"/>
            <Override PartName="/xl/worksheets/sheet1.xml" ContentType="{Kind}.worksheet+xml"/></Types>
            """);
        Add("_rels/.rels", $"""
            <Relationships xmlns="{Relations}">
            <Relationship Id="r1" Type="{Office}/officeDocument" Target="xl/workbook.xml"/></Relationships>
            """);
        Add("xl/workbook.xml", $"""
            <workbook xmlns="{Main}" xmlns:r="{Office}"><sheets>
            <sheet name="words" sheetId="1" r:id="r1"/></sheets></workbook>
            """);
        Add("xl/_rels/workbook.xml.rels", $"""
            <Relationships xmlns="{Relations}">
            <Relationship Id="r1" Type="{Office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>
            """);
        Add("xl/worksheets/sheet1.xml", $"""
            <worksheet xmlns="{Main}"><sheetData>{string.Concat(rows.Select(Row))}</sheetData></worksheet>
            """);

        void Add(string name, string text)
        {
            using var writer = new StreamWriter(zip.CreateEntry(name).Open());
            writer.Write(text);
        }
    }

    private static string Row(string[] cells, int row) => $"""<row r="{row + 1}">{string.Concat(cells.Select(
        (cell, column) => cell.Length == 0 ? "" : $"""
            <c r="{(char)('A' + column)}{row + 1}" t="inlineStr"><is><t>{WebUtility.HtmlEncode(cell)}</t></is></c>
            """))}</row>""";
}
