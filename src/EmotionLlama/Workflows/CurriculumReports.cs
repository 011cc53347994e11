using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Datasets.Curriculum;

namespace EmotionLlama.Workflows;

/// <summary>Says what the curricula of a recipe do.</summary>
internal static class CurriculumReports
{
    /// <summary>A report for each data set that has a curriculum.</summary>
    /// <param name="session">The opened recipe.</param>
    /// <param name="difficulties">The difficulties of each data set's clips; null where they are not known yet, or the
    /// data set has no curriculum.</param>
    public static IReadOnlyList<CurriculumReport> Make(
        TrainingSession session, IReadOnlyList<IReadOnlyList<double>?> difficulties)
    {
        // The shares do not depend on the difficulties.
        List<IReadOnlyList<double>?> values =
        [
            .. session.Datasets.Zip(difficulties, (dataset, known) =>
                dataset.Recipe.Curriculum.Difficulty == CurriculumDifficulty.None ? null
                : known ?? new double[dataset.Count]),
        ];
        var order = RecipeTrainingData.Order(session.Datasets, session.Recipe.Run, values);
        var plan = session.Plan();
        return
        [
            .. Enumerable.Range(0, values.Count).Where(i => values[i] is not null)
                .Select(i => Make(session.Datasets[i], difficulties[i], order.Datasets[i].Curriculum!, Starts(i))),
        ];

        IEnumerable<long> Starts(int dataset) => Enumerable.Range(0, plan.Epochs)
            .Select(epoch => order.SamplesBefore(dataset, (long)epoch * plan.IterationsPerEpoch));
    }

    private static CurriculumReport Make(
        MerrDataset dataset, IReadOnlyList<double>? known, ClipCurriculum curriculum, IEnumerable<long> starts)
    {
        var readable = known is null ? [] : curriculum.Clips.Where(clip => !double.IsNaN(known[clip])).ToList();
        var report = new CurriculumReport
        {
            Dataset = dataset.Name,
            Difficulty = dataset.Recipe.Curriculum.Difficulty,
            Pacing = dataset.Recipe.Curriculum.Pacing,
            Clips = dataset.Count,
            Shares = [.. starts.Select(curriculum.ShareAt)],
        };
        return readable.Count == 0
            ? report
            : report with
            {
                Easiest = dataset[readable[0]].Name,
                EasiestValue = known![readable[0]],
                Hardest = dataset[readable[^1]].Name,
                HardestValue = known[readable[^1]],
                Unknown = dataset.Count - readable.Count,
                AllEqual = known[readable[0]] == known[readable[^1]],
            };
    }
}
