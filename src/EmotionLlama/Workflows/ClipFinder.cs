using EmotionLlama.Datasets;

namespace EmotionLlama.Workflows;

/// <summary>Finds a clip by its name.</summary>
public static class ClipFinder
{
    /// <summary>Reads a clip of one of several data sets, to be answered about.</summary>
    /// <param name="datasets">Where to look.</param>
    /// <param name="name">The clip's name in the annotations.</param>
    /// <param name="instruction">The question; null takes the first of the data set's first task.</param>
    /// <exception cref="InputException">No data set has such a clip, or it cannot be read.</exception>
    public static ClipSample Read(IReadOnlyList<MerrDataset> datasets, string name, string? instruction)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        foreach (var dataset in datasets)
        {
            for (var index = 0; index < dataset.Count; index++)
            {
                if (dataset[index].Name != name)
                    continue;

                var task = dataset.Tasks.Tasks[0];
                return dataset.Read(index, task, instruction ?? task.Instructions[0], drawSeed: 0, SampleUse.Testing);
            }
        }

        throw new InputException($"--clip: no clip '{name}' in "
            + string.Join(", ", datasets.Select(dataset => dataset.Paths.Annotations)));
    }
}
