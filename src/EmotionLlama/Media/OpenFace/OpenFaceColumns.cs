using System.Globalization;
using System.Text.RegularExpressions;

namespace EmotionLlama.Media.OpenFace;

/// <summary>Which columns of a table hold what; -1 stands for a missing one. Places count among the columns that are
/// read, see <see cref="Read"/>.</summary>
internal sealed partial class OpenFaceColumns
{
    private readonly List<int> _read = [];

    private OpenFaceColumns(string path, IReadOnlyList<string> names)
    {
        var places = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var place = 0; place < names.Count; place++)
        {
            var name = names[place].Trim();
            if (name.Length > 0 && !places.TryAdd(name, place))
                throw new InputException($"{path}:1: has the column '{name.Printable()}' twice; keep one");
        }

        Frame = Take("frame");
        Face = Take("face_id");
        Timestamp = Take("timestamp");
        Confidence = Take("confidence");
        Success = Take("success");
        Intensities = TakeUnits(UnitIntensity());
        Presences = TakeUnits(UnitPresence());
        Units = [.. Intensities.Keys.Union(Presences.Keys).Order()];
        Landmarks =
        [
            .. from name in places.Keys
               let match = LandmarkX().Match(name)
               where match.Success && places.ContainsKey("y_" + match.Groups[1].Value)
               select (Take(name), Take("y_" + match.Groups[1].Value)),
        ];
        if (Units.Count == 0 && Landmarks.Count == 0)
        {
            throw new InputException(names.Count == 0
                ? $"{path}: is empty; give a table of OpenFace"
                : $"{path}:1: has neither action units (AU01_r …) nor landmarks (x_0 … y_0 …); give a table of "
                    + "OpenFace's FeatureExtraction");
        }

        if (Frame < 0 && Face >= 0)
            throw new InputException($"{path}:1: has no column 'frame', and several faces may share one; add it");

        int Take(string name)
        {
            if (!places.TryGetValue(name, out var place))
                return -1;

            _read.Add(place);
            return _read.Count - 1;
        }

        SortedDictionary<int, int> TakeUnits(Regex pattern)
        {
            var units = new SortedDictionary<int, int>();
            foreach (var name in places.Keys)
            {
                if (pattern.Match(name) is not { Success: true } match)
                    continue;

                var unit = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                if (!units.TryAdd(unit, Take(name)))
                    throw new InputException($"{path}:1: has two columns for action unit {unit}; keep one");
            }

            return units;
        }
    }

    /// <summary>The number of the frame.</summary>
    public int Frame { get; }

    /// <summary>Which face.</summary>
    public int Face { get; }

    /// <summary>Seconds.</summary>
    public int Timestamp { get; }

    /// <summary>From 0 to 1.</summary>
    public int Confidence { get; }

    /// <summary>0 or 1.</summary>
    public int Success { get; }

    /// <summary>Action unit → place of its intensity.</summary>
    public SortedDictionary<int, int> Intensities { get; }

    /// <summary>Action unit → place of its presence.</summary>
    public SortedDictionary<int, int> Presences { get; }

    /// <summary>All action units.</summary>
    public IReadOnlyList<int> Units { get; }

    /// <summary>Places of the x and y of each landmark.</summary>
    public IReadOnlyList<(int X, int Y)> Landmarks { get; }

    /// <summary>Whether there are intensities.</summary>
    public bool HasIntensities => Intensities.Count > 0;

    /// <summary>Whether there are landmarks.</summary>
    public bool HasLandmarks => Landmarks.Count > 0;

    /// <summary>The columns to read, by their places in the file.</summary>
    public int[] Read => [.. _read];

    /// <summary>Finds the columns.</summary>
    /// <exception cref="InputException">One occurs twice, or there is nothing of use.</exception>
    public static OpenFaceColumns Find(string path, IReadOnlyList<string> names) => new(path, names);

    [GeneratedRegex(@"^AU(\d{1,2})_r$", RegexOptions.IgnoreCase)]
    private static partial Regex UnitIntensity();

    [GeneratedRegex(@"^AU(\d{1,2})_c$", RegexOptions.IgnoreCase)]
    private static partial Regex UnitPresence();

    [GeneratedRegex(@"^x_(\d{1,2})$", RegexOptions.IgnoreCase)]
    private static partial Regex LandmarkX();
}
