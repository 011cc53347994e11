using System.Text.Json;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Monitoring;
using EmotionLlama.Runtime;

namespace EmotionLlama.Workflows;

/// <summary>The difficulties of a run's clips in its output folder: a <see cref="ClipDifficulty"/> a line, in the order
/// of the annotations; written whole or not at all.</summary>
internal static class CurriculumFile
{
    /// <summary>The file's name in an output folder.</summary>
    public const string Name = "curriculum.jsonl";

    /// <summary>Writes the difficulties of the data sets that have a curriculum.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(
        string path, IReadOnlyList<MerrDataset> datasets, IReadOnlyList<IReadOnlyList<double>?> difficulties) =>
        AtomicFile.Write(path, stream =>
        {
            foreach (var (dataset, values) in datasets.Zip(difficulties))
            {
                for (var i = 0; i < (values?.Count ?? 0); i++)
                {
                    var line = new ClipDifficulty(
                        dataset.Name, dataset[i].Name, dataset.Recipe.Curriculum.Difficulty, values![i]);
                    JsonSerializer.Serialize(stream, line, CurriculumJson.Lines.ClipDifficulty);
                    stream.WriteByte((byte)'\n');
                }
            }
        });

    /// <summary>Reads the difficulties of data sets.</summary>
    /// <exception cref="InputException">The file is damaged, or is of other clips or another difficulty.</exception>
    public static IReadOnlyList<IReadOnlyList<double>?> Read(string path, IReadOnlyList<MerrDataset> datasets)
    {
        var lines = JsonLinesLog<ClipDifficulty>.ReadAll(path, CurriculumJson.Lines.ClipDifficulty)
            .ToLookup(line => line.Dataset);
        return [.. datasets.Select(Values)];

        IReadOnlyList<double>? Values(MerrDataset dataset)
        {
            var difficulty = dataset.Recipe.Curriculum.Difficulty;
            if (difficulty == CurriculumDifficulty.None)
                return null;

            var clips = Enumerable.Range(0, dataset.Count).Select(i => dataset[i].Name);
            var found = lines[dataset.Name].ToList();
            if (found.Exists(line => line.Measure != difficulty)
                || !found.Select(line => line.Clip).SequenceEqual(clips))
            {
                throw new InputException($"{path}: is not about the clips of datasets.{dataset.Name} by "
                    + $"'{$"{difficulty}".ToLowerInvariant()}'; a run goes on with data and curriculum as it began");
            }

            return found.ConvertAll(line => line.Difficulty);
        }
    }
}
