using EmotionLlama.Evaluation;

namespace EmotionLlama.Reporting;

/// <summary>Right answers about held-out clips: before and after training, and after it with one modality withheld.
/// What was not measured is null.</summary>
public sealed record AccuracyComparison
{
    /// <summary>Before training.</summary>
    public Proportion? Before { get; init; }

    /// <summary>After training, with everything.</summary>
    public Proportion? After { get; init; }

    /// <summary>After training, with the picture and the visual features withheld.</summary>
    public Proportion? WithoutFace { get; init; }

    /// <summary>After training, with the audio features withheld.</summary>
    public Proportion? WithoutVoice { get; init; }

    /// <summary>After training, with the spoken words withheld.</summary>
    public Proportion? WithoutWords { get; init; }

    /// <summary>What was measured, with its name and CSS class, in the order of the properties.</summary>
    internal IEnumerable<(string Name, Proportion Share, string Style)> Measured()
    {
        (string Name, Proportion? Share, string Style)[] all =
        [
            ("before", Before, "before"),
            ("after", After, "after"),
            ("without face", WithoutFace, "without"),
            ("without voice", WithoutVoice, "without"),
            ("without words", WithoutWords, "without"),
        ];
        foreach (var (name, share, style) in all)
        {
            if (share is { } measured)
                yield return (name, measured, style);
        }
    }
}
