namespace EmotionLlama.Scoring;

/// <summary>Descriptions beside the truth about the same clips.</summary>
public sealed record DescriptionPairs
{
    /// <summary>The pairs, in the order of the truth.</summary>
    public required IReadOnlyList<DescriptionPair> Pairs { get; init; }

    /// <summary>Clips of the truth that the system did not describe.</summary>
    public required IReadOnlyList<string> MissingPredictions { get; init; }

    /// <summary>Described clips that the truth lacks.</summary>
    public required IReadOnlyList<string> MissingTruths { get; init; }

    /// <summary>Joins two lists by the names of the clips.</summary>
    /// <param name="truth">The truth.</param>
    /// <param name="predictions">What a system wrote.</param>
    /// <param name="countMissing">Whether a clip that the system did not describe is paired with an empty description,
    /// which scores 0; else it is left out.</param>
    public static DescriptionPairs Join(
        IReadOnlyList<EmotionDescription> truth,
        IReadOnlyList<EmotionDescription> predictions,
        bool countMissing = false)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(predictions);
        var byName = predictions.ToDictionary(prediction => prediction.Name, StringComparer.Ordinal);
        var names = truth.Select(description => description.Name).ToHashSet(StringComparer.Ordinal);
        var pairs =
            from description in truth
            let prediction = byName.GetValueOrDefault(description.Name)
                ?? (countMissing ? new() { Name = description.Name, Labels = [] } : null)
            where prediction is not null
            select new DescriptionPair(description, prediction);
        return new()
        {
            Pairs = [.. pairs],
            MissingPredictions =
                [.. truth.Select(description => description.Name).Where(name => !byName.ContainsKey(name))],
            MissingTruths =
                [.. predictions.Select(prediction => prediction.Name).Where(name => !names.Contains(name))],
        };
    }
}
