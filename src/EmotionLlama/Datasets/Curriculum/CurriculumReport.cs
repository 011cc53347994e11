using System.Globalization;
using EmotionLlama.Configuration;

namespace EmotionLlama.Datasets.Curriculum;

/// <summary>What a curriculum does with a data set.</summary>
public sealed record CurriculumReport
{
    /// <summary>The data set's name in the recipe.</summary>
    public required string Dataset { get; init; }

    /// <summary>What makes a clip difficult.</summary>
    public required CurriculumDifficulty Difficulty { get; init; }

    /// <summary>How the share grows.</summary>
    public required CurriculumPacing Pacing { get; init; }

    /// <summary>Clips of the data set.</summary>
    public required int Clips { get; init; }

    /// <summary>The clip that comes first; null where difficulties are not known yet.</summary>
    public string? Easiest { get; init; }

    /// <summary>Its difficulty.</summary>
    public double? EasiestValue { get; init; }

    /// <summary>The clip that comes last; null where difficulties are not known yet.</summary>
    public string? Hardest { get; init; }

    /// <summary>Its difficulty.</summary>
    public double? HardestValue { get; init; }

    /// <summary>Clips that cannot be read, whose difficulty is not known; they come last.</summary>
    public int Unknown { get; init; }

    /// <summary>Whether all clips are equally difficult, so that chance alone orders them.</summary>
    public bool AllEqual { get; init; }

    /// <summary>The share of clips that is drawn from at the start of each epoch.</summary>
    public required IReadOnlyList<double> Shares { get; init; }

    /// <summary>The report as one line of plain text.</summary>
    public string ToText()
    {
        // What comes after the first epoch that draws from all clips is no news.
        var growing = Shares.TakeWhile(share => share < 1).ToList();
        var shares = growing.Select(Percent).Concat(growing.Count < Shares.Count ? ["all"] : (string[])[]);
        var how = string.Create(
            CultureInfo.InvariantCulture,
            $"{Dataset}: curriculum by {Name(Difficulty)}, {Name(Pacing)} pacing, easiest clips first: ")
            + $"{string.Join(", ", shares)} at the starts of the epochs";
        return how + Ends();
    }

    private string Ends()
    {
        if (Easiest is null)
            return "; the losses are measured when the run begins";
        if (AllEqual)
            return $"; all {Clips} clips are equally difficult, so this orders them by chance";

        var unknown = Unknown > 0
            ? string.Create(CultureInfo.InvariantCulture, $"; last, unreadable ones: {Unknown}")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"; easiest {Easiest} ({EasiestValue:0.##}), hardest {Hardest} ({HardestValue:0.##}){unknown}");
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %");

    private static string Name<T>(T value)
        where T : struct, Enum => $"{value}".ToLowerInvariant();
}
