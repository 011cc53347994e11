using EmotionLlama.Construction;
using EmotionLlama.Workflows;
using Spectre.Console;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Shows the construction of a data set before, during and after.</summary>
internal static class BuildDatasetView
{
    private const int ReasonsShown = 20;

    /// <summary>What it would take.</summary>
    public static void Render(IAnsiConsole console, ConstructionPlan plan)
    {
        console.MarkupLineInterpolated($"{plan.Clips} clips: {plan.Emotions.Values.Sum()} with a label, {plan.Drops.Count} without, {plan.Failures.Count} that cannot be built");
        Table(console, "emotion", "clips", plan.Emotions);
        Table(console, "model", "calls, at most", plan.Calls);
        foreach (var (stage, prompt) in plan.Prompts)
        {
            console.MarkupLineInterpolated($"[bold]prompt of the {stage} model[/]");
            console.WriteLine(prompt);
            console.WriteLine();
        }

        Reasons(console, "without a label", plan.Drops);
        Reasons(console, "cannot be built", plan.Failures);
    }

    /// <summary>What it came to.</summary>
    public static void Render(IAnsiConsole console, BuildDatasetResult result)
    {
        var report = result.Report;
        console.MarkupLineInterpolated($"{report.Clips} clips: {report.Kept} kept, {report.Drops.Count} dropped, {report.Failures.Count} failed");
        Table(console, "emotion", "clips kept", report.Emotions);
        Table(console, "dropped", "clips", report.DropsByReason);
        if (report.Agreement.Count > 0)
        {
            console.MarkupLineInterpolated($"the text model concluded the face's emotion in {report.Agreement.Hits} of {report.Agreement.Count} clips");
        }

        if (report.UnknownUnits.Count > 0)
            console.MarkupLineInterpolated($"[yellow]not used, as there is no text for them: {string.Join(", ", report.UnknownUnits)}[/]");

        foreach (var (stage, usage) in result.Usage)
        {
            var cost = usage.Cost > 0 ? FormattableString.Invariant($", costs {usage.Cost:f2}") : "";
            console.MarkupLineInterpolated($"{stage}: {usage.Calls} calls made, {usage.Cached} answers at hand, {usage.PromptTokens} prompt and {usage.AnswerTokens} answer tokens{cost}");
        }

        Reasons(console, "failed; run again to try them again", report.Failures);
        var writer = console.Profile.Out.Writer;
        if (report.Kept > 0)
            writer.WriteLine($"annotations: {Path.Combine(result.Folder, MerrWriter.AnnotationName)}");
        writer.WriteLine($"report:      {Path.Combine(result.Folder, BuildDatasetWorkflow.ReportName)}.html");
    }

    /// <summary>Runs a construction and shows how far it is, on a terminal.</summary>
    public static Task<BuildDatasetResult> FollowAsync(
        IAnsiConsole console, Func<IProgress<ConstructionProgress>?, Task<BuildDatasetResult>> build)
    {
        if (!console.Profile.Capabilities.Ansi || !console.Profile.Capabilities.Interactive)
            return build(null);

        return console.Progress().StartAsync(context =>
        {
            var task = context.AddTask("clips");
            return build(new Progress<ConstructionProgress>(progress =>
            {
                task.MaxValue = progress.Count;
                task.Value = Math.Max(task.Value, progress.Done);
                task.Description = $"clips, {progress.Dropped} dropped, {progress.Failed} failed";
            }));
        });
    }

    private static void Table(
        IAnsiConsole console, string key, string value, IReadOnlyDictionary<string, int> counts)
    {
        if (counts.Count == 0)
            return;

        var table = new Table().Border(TableBorder.Simple).AddColumns(
            new TableColumn(key).NoWrap(), new TableColumn(value).RightAligned());
        foreach (var (name, count) in counts)
            table.AddRow(new Text(name), new Text($"{count}"));

        console.Write(table);
    }

    private static void Reasons(IAnsiConsole console, string what, IReadOnlyList<NamedReason> clips)
    {
        if (clips.Count == 0)
            return;

        console.MarkupLineInterpolated($"[yellow]{clips.Count} clips {what}:[/]");
        foreach (var clip in clips.Take(ReasonsShown))
            console.MarkupLineInterpolated($"  {clip.Name}: {clip.Reason}");
        if (clips.Count > ReasonsShown)
            console.MarkupLineInterpolated($"  and {clips.Count - ReasonsShown} more");
    }
}
