using EmotionLlama.Configuration;
using EmotionLlama.Datasets;

namespace EmotionLlama.Workflows;

/// <summary>Whether a run can begin with its data as it is, known from the data reports: before the model is read, not
/// hours later when a bad clip's turn comes.</summary>
internal static class DataReadiness
{
    /// <summary>Refuses data that a run would stop at.</summary>
    /// <param name="reports">The reports of all data sets.</param>
    /// <param name="onBadSample">What the recipe does with clips that cannot be read.</param>
    /// <param name="section">The section of the recipe that the data is in.</param>
    /// <exception cref="InputException">A clip cannot be read, with <see cref="OnBadSample.Stop"/>; or none of a data set
    /// can, with <see cref="OnBadSample.Skip"/>.</exception>
    public static void Check(IReadOnlyList<DataReport> reports, OnBadSample onBadSample, string section = "datasets")
    {
        foreach (var report in reports)
        {
            var unreadable = report.UnreadableClips.Count;
            if (unreadable == 0)
                continue;

            var clips = report.Clips - report.AnnotatedTwice.Count;
            if (onBadSample == OnBadSample.Skip && unreadable < clips)
                continue;

            var others = unreadable switch
            {
                1 => "",
                2 => "; one more clip cannot be read",
                _ => $"; {unreadable - 1} more clips cannot be read",
            };
            var advice = onBadSample == OnBadSample.Skip
                ? " (run.on_bad_sample: skip needs at least one that can)"
                : " (run.on_bad_sample: skip goes on without)";
            throw new InputException($"{section}.{report.Dataset}: {FirstProblem(report)}{others}{advice}");
        }
    }

    private static string FirstProblem(DataReport report)
    {
        if (report.FileProblems is [var file, ..])
            return $"clip '{file.Clip}': {file.Problem}";

        if (report.WithoutTranscript is [var silent, ..])
        {
            return $"clip '{silent}' has no line in the transcripts; add one (its sentence may be empty), or withhold "
                + "'words'";
        }

        var (task, clip) = report.Tasks
            .SelectMany(task => task.WithoutAnswer.Concat(task.WithEmptyAnswer).Select(name => (task.Task, name)))
            .First();
        return $"clip '{clip}' has no answer for the task '{task}'; add it, or take the clip out of the annotations";
    }
}
