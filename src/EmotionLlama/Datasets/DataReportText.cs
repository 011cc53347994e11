namespace EmotionLlama.Datasets;

/// <summary>Puts a data report into plain text.</summary>
internal static class DataReportText
{
    private const int MostNames = 10;

    public static string Render(DataReport report)
    {
        var labels = report.Labels.Where(label => label.Value > 0).OrderByDescending(label => label.Value)
            .Select(label => $"{label.Key} {label.Value}");
        List<string> lines =
        [
            $"{report.Dataset}: {report.Clips} clips",
            $"  labels: {string.Join(", ", labels)}",
        ];
        if (report.Withheld.Count > 0)
            lines.Add($"  withheld: {string.Join(", ", report.Withheld)}");

        lines.Add($"  prompts: {Lengths(report.PromptTokens)}");
        foreach (var task in report.Tasks)
            AddTask(lines, task, report.MaxAnswerTokens);

        AddNames(lines, "  annotated more than once", report.AnnotatedTwice);
        AddNames(lines, "  without a transcript", report.WithoutTranscript);
        AddNames(lines, "  with an empty transcript", report.WithEmptyTranscript);
        AddNames(lines, "  transcribed more than once", report.TranscribedTwice);
        AddNames(lines, "  captioned more than once", report.CaptionedTwice);
        AddNames(
            lines,
            "  made of the clip itself whenever it is read ('emotion-llama extract' makes it once, for faster runs)",
            report.MadeWhenRead);
        AddFiles(lines, report.FileProblems);
        var unreadable = report.UnreadableClips.Count;
        lines.Add(unreadable == 0
            ? "  every clip can be read"
            : $"  {unreadable} clips cannot be read for every task: a run stops there, or skips them");
        return string.Join('\n', lines);
    }

    private static void AddTask(List<string> lines, TaskReport task, int maxAnswerTokens)
    {
        var answers = task.AnswerTokens.Count > 0
            ? $"{task.AnswerTokens.Count} answers, {Lengths(task.AnswerTokens)}"
            : "no answers";
        lines.Add($"  task {task.Task} ({Math.Round(100 * task.Probability)} %): {answers}");
        AddNames(lines, $"    cut at {maxAnswerTokens} tokens", task.Truncated);
        AddNames(lines, "    without an answer", task.WithoutAnswer);
        AddNames(lines, "    with an empty answer", task.WithEmptyAnswer);
        AddNames(lines, "    refusing to answer", task.Refusals);
        AddNames(lines, "    groups with the same answer", [.. task.SameAnswer.Select(names => Names(names, " = "))]);
    }

    private static void AddFiles(List<string> lines, IReadOnlyList<FileProblem> problems)
    {
        if (problems.Count == 0)
            return;

        lines.Add($"  missing or unreadable files: {problems.Count}");
        lines.AddRange(problems.Take(MostNames).Select(problem => $"    {problem.Clip}: {problem.Problem}"));
        if (problems.Count > MostNames)
            lines.Add($"    … and {problems.Count - MostNames} more");
    }

    private static void AddNames(List<string> lines, string what, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
            lines.Add($"{what}: {names.Count}: {Names(names, ", ")}");
    }

    private static string Names(IReadOnlyList<string> names, string separator)
    {
        var shown = string.Join(separator, names.Take(MostNames));
        return names.Count > MostNames ? $"{shown} … and {names.Count - MostNames} more" : shown;
    }

    private static string Lengths(LengthSummary lengths) =>
        $"{lengths.Shortest} to {lengths.Longest} tokens, median {lengths.Median}";
}
