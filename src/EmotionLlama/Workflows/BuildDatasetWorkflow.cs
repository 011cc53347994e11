using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EmotionLlama.Construction;
using EmotionLlama.Datasets;
using EmotionLlama.Reporting;
using EmotionLlama.Runtime;

namespace EmotionLlama.Workflows;

/// <summary>Builds a data set of clips, and writes it with a report.</summary>
public static class BuildDatasetWorkflow
{
    /// <summary>The report without its file extension: it is written as JSON and HTML.</summary>
    public const string ReportName = "report";

    private const string CacheName = "answers";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What building would take.</summary>
    /// <exception cref="InputException">As for building.</exception>
    public static ConstructionPlan Plan(BuildDatasetOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return ConstructionPlan.Of(options.Recipe, Sources(options), cancellationToken);
    }

    /// <summary>Builds, or goes on where an earlier run was stopped.</summary>
    /// <param name="options">What, how and where to.</param>
    /// <param name="progress">Hears of every clip that is done.</param>
    /// <param name="cancellationToken">Stops; what was answered by then is kept.</param>
    /// <exception cref="InputException">A folder is missing or empty, there is no text model, no call can succeed, or a
    /// file cannot be written.</exception>
    public static async Task<BuildDatasetResult> RunAsync(
        BuildDatasetOptions options,
        IProgress<ConstructionProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var sources = Sources(options);
        var folder = OutputFolder.Open(options.OutputFolder);
        using var builder = new DatasetBuilder(options.Recipe, Path.Combine(folder, CacheName));
        var built = await builder.BuildAsync(sources, progress, cancellationToken).ConfigureAwait(false);
        MerrWriter.Write(folder, built.Clips);
        var report = Path.Combine(folder, ReportName);
        AtomicFile.WriteText($"{report}.json", JsonSerializer.Serialize(built.Report, Indented) + "\n");
        ConstructionPage.Write($"{report}.html", built.Report);
        return new BuildDatasetResult(built.Report, folder, builder.Usage);
    }

    private static IReadOnlyList<ClipSource> Sources(BuildDatasetOptions options) => ClipSources.Find(
        options.ClipFolder,
        options.OpenFaceFolder,
        options.Transcripts is { } path ? Transcripts.Read(path) : null);
}
