using EmotionLlama.Endpoints;
using EmotionLlama.Scoring;
using EmotionLlama.Scoring.Judging;
using EmotionLlama.Scoring.Leaderboards;
using EmotionLlama.Scoring.Wheel;
using EmotionLlama.Workflows;
using Spectre.Console;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Shows scoring before, during and after.</summary>
internal static class ScoreView
{
    private const int NamesShown = 3;

    /// <summary>Says which clips have no partner, before anything is scored.</summary>
    public static void RenderUnmatched(IAnsiConsole console, IReadOnlyList<SystemDescriptions> systems)
    {
        foreach (var system in systems)
        {
            Render(system.Clips.MissingPredictions, $"of the truth are not described by {system.System}");
            Render(system.Clips.MissingTruths, $"described by {system.System} are not in the truth");
        }

        void Render(IReadOnlyList<string> names, string what)
        {
            if (names.Count > 0)
            {
                var more = names.Count > NamesShown ? " …" : "";
                console.MarkupLineInterpolated(
                    $"[yellow]{names.Count} clips {what}: {string.Join(", ", names.Take(NamesShown))}{more}[/]");
            }
        }
    }

    public static void Render(IAnsiConsole console, string judge, JudgeEstimate estimate) =>
        console.MarkupLineInterpolated($"{judge}: {estimate.Calls} calls to make, {estimate.Cached} answers at hand, about {estimate.PromptTokens} prompt and {estimate.AnswerTokens} answer tokens{Cost(estimate.Cost)}");

    public static void Render(IAnsiConsole console, string judge, EndpointUsage usage) =>
        console.MarkupLineInterpolated($"{judge}: {usage.Calls} calls made, {usage.Cached} answers at hand, {usage.PromptTokens} prompt and {usage.AnswerTokens} answer tokens{Cost(usage.Cost)}");

    public static void Render(IAnsiConsole console, IReadOnlyList<WheelSummary> systems)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns(
                new TableColumn("system").NoWrap(),
                new TableColumn("level").RightAligned(),
                new TableColumn("F1").RightAligned(),
                new TableColumn("precision").RightAligned(),
                new TableColumn("recall").RightAligned(),
                new TableColumn("F1 of each wheel").NoWrap(),
                new TableColumn("clips").RightAligned());
        foreach (var system in systems)
        {
            foreach (var score in (WheelLevelScore[])[system.Level1, system.Level2])
            {
                table.AddRow(
                    new Text(system.System),
                    new Text($"{(int)score.Level}"),
                    new Text($"{score.F1:f4}"),
                    new Text($"{score.Precision:f4}"),
                    new Text($"{score.Recall:f4}"),
                    new Text(string.Join(' ', score.F1PerWheel.Select(f1 => $"{f1:f4}"))),
                    new Text($"{system.Clips}"));
            }
        }

        console.Write(table);
    }

    /// <summary>Runs a scoring and shows how far it is, on a terminal.</summary>
    public static Task<Leaderboard> FollowAsync(
        IAnsiConsole console, Func<IProgress<ScoreProgress>?, Task<Leaderboard>> score)
    {
        if (!console.Profile.Capabilities.Ansi || !console.Profile.Capabilities.Interactive)
            return score(null);

        return console.Progress().StartAsync(context =>
        {
            var tasks = new Dictionary<(string, string), ProgressTask>();
            return score(new Progress<ScoreProgress>(progress =>
            {
                var key = (progress.System, progress.Scorer);
                lock (tasks)
                {
                    if (!tasks.TryGetValue(key, out var task))
                    {
                        task = context.AddTask(Markup.Escape($"{progress.System} by {progress.Scorer}"));
                        task.MaxValue = progress.Count;
                        tasks.Add(key, task);
                    }

                    task.Value = progress.Scored;
                }
            }));
        });
    }

    private static string Cost(double cost) => cost > 0 ? $", costs {cost:f2}" : "";
}
