using System.Globalization;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints.Averaging;

/// <summary>
/// Writes the average of checkpoints as a checkpoint: <c>{model, config}</c> as the original lays it out, and an entry
/// of ours that says what it was made of. Training and answering start from it; optimizer and position are left out, so
/// no run goes on from it.
/// </summary>
public static class CheckpointAverager
{
    // Checkpoints of one run lie within a few degrees.
    private const double UnrelatedBelow = 0.9;

    /// <summary>Averages with given weights.</summary>
    /// <param name="set">The checkpoints.</param>
    /// <param name="weights">A weight above 0 for each, which need not add up to 1; null weighs all the same.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="cancellationToken">Stops between two tensors; nothing is written then.</param>
    /// <exception cref="InputException">A weight is impossible, a tensor is not finite, or the file is one of the
    /// checkpoints or cannot be written; nothing is written then.</exception>
    public static AveragingReport Average(
        CheckpointSet set,
        IReadOnlyList<double>? weights,
        string output,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        var checkpoints = set.Checkpoints;
        if (weights is not null)
            CheckWeights(weights, checkpoints.Count);

        return Write(
            checkpoints,
            weights ?? [.. checkpoints.Select(_ => 1.0)],
            output,
            weights is null ? "uniform" : "weighted",
            metric: null,
            soup: [],
            cancellationToken);
    }

    /// <summary>Averages those that a greedy soup chooses, all weighing the same.</summary>
    /// <param name="set">The checkpoints.</param>
    /// <param name="metric">The metric's name, for the report.</param>
    /// <param name="higherIsBetter">Whether a higher metric is better.</param>
    /// <param name="measure">The metric of weights; they are valid during the call only.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="cancellationToken">Stops between two tensors; nothing is written then.</param>
    /// <exception cref="InputException">As for <see cref="Average"/>, or a metric is not finite.</exception>
    public static AveragingReport Cook(
        CheckpointSet set,
        string metric,
        bool higherIsBetter,
        Func<IWeightSource, double> measure,
        string output,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        CheckOutput(set.Checkpoints, output);
        var soup = GreedySoup.Choose(set.Checkpoints, higherIsBetter, measure);
        var chosen = soup.Where(step => step.Added).Select(step => step.File).ToHashSet();
        return Write(
            set.Checkpoints,
            [.. set.Checkpoints.Select(checkpoint => chosen.Contains(checkpoint.Path) ? 1.0 : 0)],
            output,
            "greedy",
            metric,
            soup,
            cancellationToken);
    }

    private static AveragingReport Write(
        IReadOnlyList<AveragedCheckpoint> all,
        IReadOnlyList<double> weights,
        string output,
        string method,
        string? metric,
        IReadOnlyList<SoupStep> soup,
        CancellationToken cancellationToken)
    {
        CheckOutput(all, output);
        var chosen = Enumerable.Range(0, all.Count).Where(i => weights[i] > 0).ToList();
        var average = new AveragedWeights(
            chosen.ConvertAll(i => all[i].Weights), chosen.ConvertAll(i => weights[i]));
        var geometry = WeightGeometry.Measure(
            [.. all.Select(checkpoint => checkpoint.Weights)], average, cancellationToken);
        var shares = new double[all.Count];
        foreach (var (place, share) in chosen.Zip(average.Shares))
            shares[place] = share;

        List<AveragingContribution> contributions =
        [
            .. all.Select((checkpoint, i) => new AveragingContribution(
                checkpoint.Path, checkpoint.Epoch, shares[i], geometry.ToAverage(i), geometry.Norm(i))),
        ];
        Save(all, contributions, average, output, method, metric, soup, cancellationToken);
        List<CheckpointPair> pairs =
        [
            .. from i in Enumerable.Range(0, all.Count)
               from j in Enumerable.Range(i + 1, all.Count - i - 1)
               select new CheckpointPair(all[i].Path, all[j].Path, geometry.Distance(i, j), geometry.Cosine(i, j)),
        ];
        return new AveragingReport
        {
            Output = output,
            Method = method,
            Tensors = average.Names.Count,
            Parameters = average.Names.Sum(
                name => average.ShapeOf(name)!.Aggregate(1L, (product, size) => product * size)),
            Contributions = contributions,
            Pairs = pairs,
            Metric = metric,
            Soup = soup,
            Notes = [.. pairs.Where(pair => pair.Cosine < UnrelatedBelow).Select(Note)],
        };
    }

    private static void Save(
        IReadOnlyList<AveragedCheckpoint> all,
        IReadOnlyList<AveragingContribution> contributions,
        AveragedWeights average,
        string output,
        string method,
        string? metric,
        IReadOnlyList<SoupStep> soup,
        CancellationToken cancellationToken)
    {
        var made = new Dictionary<string, object?>
        {
            ["method"] = method,
            ["checkpoints"] = contributions.Where(part => part.Share > 0).Select(part => new Dictionary<string, object?>
            {
                ["file"] = Path.GetFileName(part.File),
                ["epoch"] = part.Epoch,
                ["share"] = part.Share,
            }).ToList(),
        };
        if (metric is not null)
            (made["metric"], made["value"]) = (metric, soup.Last(step => step.Added).After);

        TorchCheckpointWriter.Save(output, new Dictionary<string, object?>
        {
            ["model"] = average.Names.ToDictionary(name => name, name => (object?)new PendingTensor(
                name, ScalarType.Float32, average.ShapeOf(name)!, () => Read(name))),
            ["config"] = all.LastOrDefault(checkpoint => checkpoint.Config is not null)?.Config,
            [CheckpointEntries.Average] = made,
        });

        Tensor Read(string name)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return average.Read(name);
        }
    }

    private static void CheckWeights(IReadOnlyList<double> weights, int checkpoints)
    {
        if (weights.Count != checkpoints)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"--weights: {weights.Count} weights for {checkpoints} checkpoints; give one for each"));
        }

        if (weights.Any(weight => !(weight > 0) || double.IsInfinity(weight)))
        {
            var wrong = weights.First(weight => !(weight > 0) || double.IsInfinity(weight));
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"--weights: {wrong} is no weight; use numbers above 0, and leave out what shall not count"));
        }
    }

    private static void CheckOutput(IReadOnlyList<AveragedCheckpoint> all, string output)
    {
        if (all.Any(checkpoint => Path.GetFullPath(checkpoint.Path) == Path.GetFullPath(output)))
            throw new InputException($"--output: {output} is one of the checkpoints; name another file");
        if (Directory.Exists(output))
            throw new InputException($"--output: {output} is a folder; name a file, such as averaged.pth");
        if (File.Exists(output) && !IsAverage(output))
        {
            throw new InputException($"--output: {output} is there already and is no average; name another file, so "
                + "that nothing trained is lost");
        }
    }

    private static bool IsAverage(string path)
    {
        try
        {
            using var checkpoint = TorchCheckpoint.Open(path);
            return checkpoint.Root is OrderedDictionary<object, object?> root
                && root.ContainsKey(CheckpointEntries.Average);
        }
        catch (InputException)
        {
            return false;
        }
    }

    private static string Note(CheckpointPair pair) => string.Create(
        CultureInfo.InvariantCulture,
        $"{pair.First} and {pair.Second} lie far apart (cosine {pair.Cosine:0.00}): checkpoints of one run, or of runs")
        + " from one start, average well; others seldom do";
}
