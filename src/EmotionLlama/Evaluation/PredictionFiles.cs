using System.Text.Json;
using EmotionLlama.Datasets;
using EmotionLlama.Runtime;

namespace EmotionLlama.Evaluation;

/// <summary>Writes predictions, in the order in which they are given, whole or not at all.</summary>
public static class PredictionFiles
{
    /// <summary>Writes a CSV file.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void WriteCsv(string path, IEnumerable<ClipPrediction> predictions, PredictionFormat format)
    {
        var rows = format == PredictionFormat.Original
            ? predictions.Select(made => (string[])[made.Name, made.Answer]).Prepend(["names", "chi_reasons"])
            : predictions.Select(made => (string[])[made.Name, made.Answer, made.Predicted?.ToText() ?? ""])
                .Prepend(["name", "reason", "label"]);
        CsvTable.Write(path, rows);
    }

    /// <summary>Writes JSON lines with the keys <c>name label predicted refused answer</c>.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void WriteJsonLines(string path, IEnumerable<ClipPrediction> predictions) =>
        AtomicFile.Write(path, stream =>
        {
            foreach (var made in predictions)
            {
                JsonSerializer.Serialize(
                    stream,
                    new PredictionLine(
                        made.Name, made.Label.ToText(), made.Predicted?.ToText(), made.IsRefusal, made.Answer),
                    EvaluationJson.Lines.PredictionLine);
                stream.WriteByte((byte)'\n');
            }
        });
}
