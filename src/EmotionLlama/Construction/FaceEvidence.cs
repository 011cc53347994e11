using EmotionLlama.Media.OpenFace;

namespace EmotionLlama.Construction;

/// <summary>What a clip's OpenFace table says about the face.</summary>
public sealed record FaceEvidence
{
    /// <summary>The share of the face's frames in which a unit must be there to count for the whole clip.</summary>
    public const double CommonShare = 0.1;

    // Where a table only says that a unit is there, it is taken for a marked one.
    private const double UnknownIntensity = ActionUnit.MarkedFrom;

    /// <summary>Frames of the clip, as the table counts them.</summary>
    public required int Frames { get; init; }

    /// <summary>The peak frame, from 0.</summary>
    public required long PeakIndex { get; init; }

    /// <summary>The units of the peak frame, each with its intensity from 0 to 5.</summary>
    public required IReadOnlyDictionary<int, double> PeakUnits { get; init; }

    /// <summary>The units that are there in a tenth of the frames at least.</summary>
    public required IReadOnlyList<int> CommonUnits { get; init; }

    /// <summary>The units of the peak frame in plain English, in the order of their numbers.</summary>
    public IReadOnlyList<string> Descriptions =>
        [.. PeakUnits.OrderBy(unit => unit.Key).Select(unit => ActionUnits.Find(unit.Key)!.Describe(unit.Value))];

    /// <summary>Reads a table. Units without a text are left out.</summary>
    /// <param name="table">The table.</param>
    /// <param name="minIntensity">The intensity from which a unit is there.</param>
    /// <returns>Null where the face was never found.</returns>
    /// <exception cref="InputException">The table has no action units.</exception>
    public static FaceEvidence? Read(OpenFaceTable table, double minIntensity)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.Units.Count == 0)
            throw new InputException($"{table.Path}: has no action units; run OpenFace with -aus");

        if (table.Peak is not { } peak)
            return null;

        var found = table.MainRows.Where(row => row.Success).ToList();
        var counts = found.SelectMany(row => UnitsOf(row, minIntensity).Keys).CountBy(unit => unit);
        return new FaceEvidence
        {
            Frames = (int)Math.Min(table.Rows.Max(row => row.Frame), int.MaxValue),
            PeakIndex = peak.FrameIndex,
            PeakUnits = UnitsOf(peak, minIntensity),
            CommonUnits =
            [
                .. counts.Where(unit => unit.Value >= CommonShare * found.Count).Select(unit => unit.Key).Order(),
            ],
        };
    }

    private static SortedDictionary<int, double> UnitsOf(OpenFaceRow row, double minIntensity)
    {
        var units = new SortedDictionary<int, double>();
        foreach (var unit in row.Units)
        {
            var isThere = unit.Intensity is { } intensity ? intensity >= minIntensity : unit.Present == true;
            if (isThere && ActionUnits.Find(unit.Unit) is not null)
                units[unit.Unit] = unit.Intensity ?? UnknownIntensity;
        }

        return units;
    }
}
