using EmotionLlama.Training;

namespace EmotionLlama.Workflows;

/// <summary>Which checkpoints are meant by a command line.</summary>
public static class CheckpointChoice
{
    /// <summary>The files that are meant.</summary>
    /// <param name="paths">Checkpoint files; or, with epochs or a number of last ones, the output folder of a
    /// run.</param>
    /// <param name="epochs">Epochs whose checkpoints are taken; empty where none are named.</param>
    /// <param name="last">How many of the last epochs are taken; null where that is not asked for.</param>
    /// <exception cref="InputException">A checkpoint is not there, or the choices contradict each other.</exception>
    public static IReadOnlyList<string> Find(IReadOnlyList<string> paths, IReadOnlyList<int> epochs, int? last)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(epochs);
        if (epochs.Count == 0 && last is null)
            return paths;

        var option = last is null ? "--epochs" : "--last";
        if (epochs.Count > 0 && last is not null)
            throw new InputException("--epochs and --last: give one of them");
        if (paths is not [var folder] || !Directory.Exists(folder))
        {
            throw new InputException(
                $"{option}: chooses among the checkpoints of one folder; name a run's output folder, not "
                + string.Join(" ", paths));
        }

        var found = CheckpointStore.EpochCheckpoints(folder).ToList();
        if (found.Count == 0)
            throw new InputException($"{folder}: has no checkpoint_EPOCH.pth; name the output folder of a run");

        var there = $"{folder} has those of epochs {string.Join(", ", found.Select(checkpoint => checkpoint.Epoch))}; "
            + "run.keep_last: 0 keeps all";
        if (last is { } count)
        {
            return count >= 1 && count <= found.Count
                ? [.. found.TakeLast(count).Select(checkpoint => checkpoint.Path)]
                : throw new InputException($"--last {count}: there are not so many checkpoints; {there}");
        }

        return [.. epochs.Select(epoch => found.Find(checkpoint => checkpoint.Epoch == epoch).Path
            ?? throw new InputException($"--epochs: no checkpoint of epoch {epoch}; {there}"))];
    }
}
