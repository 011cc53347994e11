using EmotionLlama.Datasets;

namespace EmotionLlama.Workflows;

/// <summary>Finds a clip by its name.</summary>
public static class ClipFinder
{
    /// <summary>Reads a clip of a recipe's data to be answered about: one to learn from, a held-out one, or one of the
    /// test data.</summary>
    /// <param name="session">The opened recipe.</param>
    /// <param name="name">The clip's name in the annotations.</param>
    /// <param name="instruction">The question; null takes the first of the data set's first task.</param>
    /// <exception cref="InputException">No data set has such a clip, or it cannot be read.</exception>
    public static ClipSample Read(TrainingSession session, string name, string? instruction)
    {
        ArgumentNullException.ThrowIfNull(session);
        var searched = new List<string>();
        foreach (var dataset in session.Datasets.Concat(session.HeldOut).Concat(session.OpenEvaluation()))
        {
            searched.Add(dataset.Paths.Annotations);
            for (var index = 0; index < dataset.Count; index++)
            {
                if (dataset[index].Name != name)
                    continue;

                using var vision = VisionCaching.Attach(session.Recipe, [dataset]);
                var task = dataset.Tasks.Tasks[0];
                return dataset.Read(index, task, instruction ?? task.Instructions[0], drawSeed: 0, SampleUse.Testing);
            }
        }

        throw new InputException($"--clip: no clip '{name}' in {string.Join(", ", searched)}");
    }
}
