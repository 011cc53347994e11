using System.Globalization;
using EmotionLlama.Runtime;

namespace EmotionLlama.Media.OpenFace;

/// <summary>Reads the rows of OpenFace's tables.</summary>
internal sealed class OpenFaceReader
{
    private const double HighestIntensity = 5;

    // OpenFace writes two; more only show what binary fractions make of a sum.
    private const int SumDecimals = 4;

    private readonly string _path;
    private readonly OpenFaceColumns _columns;

    private OpenFaceReader(string path, OpenFaceColumns columns) => (_path, _columns) = (path, columns);

    /// <inheritdoc cref="OpenFaceTable.Read"/>
    public static OpenFaceTable Read(string path)
    {
        OpenFaceColumns columns = null!;
        OpenFaceReader reader = null!;
        var rows = new List<OpenFaceRow>();
        var seen = new HashSet<(long, int)>();
        foreach (var (line, fields) in CsvTable.ReadPadded(path, names =>
        {
            columns = OpenFaceColumns.Find(path, names);
            reader = new OpenFaceReader(path, columns);
            return columns.Read;
        }))
        {
            var row = reader.Row($"{path}:{line}", fields, rows.Count + 1);
            if (!seen.Add((row.Frame, row.FaceId)))
                throw new InputException($"{path}:{line}: has frame {row.Frame} of face {row.FaceId} a second time");

            rows.Add(row);
        }

        return rows.Count > 0
            ? new OpenFaceTable(path, columns, rows)
            : throw new InputException($"{path}: has no frame below its header; run OpenFace on the clip again");
    }

    private OpenFaceRow Row(string place, string[] fields, long number)
    {
        var row = new Fields(place, fields);
        var frame = _columns.Frame < 0 ? number : row.Whole(_columns.Frame, "frame");
        if (frame < 1)
            throw new InputException($"{place}: frame {frame}: OpenFace counts frames from 1");

        var face = _columns.Face < 0 ? 0 : row.Whole(_columns.Face, "face_id");
        if (face is < 0 or > int.MaxValue)
            throw new InputException($"{place}: face_id {face} is no number of a face");

        var confidence = row.Optional(_columns.Confidence, "confidence", highest: 1) ?? 1;
        var timestamp = row.Optional(_columns.Timestamp, "timestamp", highest: double.MaxValue);
        var success = _columns.Success < 0 || row.Flag(_columns.Success, "success") == true;
        var units = success ? Units(row) : null;
        var landmarks = units is not null && _columns.HasLandmarks ? Extent(row) : null;

        // OpenFace writes "nan" where it lost the face; such a row is one without success.
        success = units is not null && (landmarks is not null || !_columns.HasLandmarks);
        return new OpenFaceRow
        {
            Frame = frame,
            FaceId = (int)face,
            Timestamp = timestamp is { } seconds && double.IsFinite(seconds) ? seconds : null,
            Confidence = double.IsNaN(confidence) ? 0 : confidence,
            Success = success,
            Units = success ? units! : [],
            Landmarks = success ? landmarks : null,
            Activity = success ? Activity(units!) : 0,
        };
    }

    private double Activity(UnitActivity[] units) => _columns.HasIntensities
        ? Math.Round(units.Sum(unit => (double)(unit.Intensity ?? 0)), SumDecimals)
        : units.Count(unit => unit.Present == true);

    /// <summary>The action units; null where one is no number.</summary>
    private UnitActivity[]? Units(Fields row)
    {
        var units = new UnitActivity[_columns.Units.Count];
        for (var i = 0; i < units.Length; i++)
        {
            var unit = _columns.Units[i];
            float? intensity = null;
            bool? present = null;
            if (_columns.Intensities.TryGetValue(unit, out var place))
            {
                intensity = (float)row.Number(place, $"AU{unit:00}_r", HighestIntensity);
                if (float.IsNaN(intensity.Value))
                    return null;
            }

            if (_columns.Presences.TryGetValue(unit, out place))
            {
                present = row.Flag(place, $"AU{unit:00}_c");
                if (present is null)
                    return null;
            }

            units[i] = new UnitActivity(unit, intensity, present);
        }

        return units;
    }

    /// <summary>The extent of the landmarks; null where one is no number.</summary>
    private LandmarkExtent? Extent(Fields row)
    {
        var (left, top) = (double.PositiveInfinity, double.PositiveInfinity);
        var (right, bottom) = (double.NegativeInfinity, double.NegativeInfinity);
        foreach (var (placeX, placeY) in _columns.Landmarks)
        {
            var (x, y) = (row.Coordinate(placeX), row.Coordinate(placeY));
            if (double.IsNaN(x + y))
                return null;

            (left, right) = (Math.Min(left, x), Math.Max(right, x));
            (top, bottom) = (Math.Min(top, y), Math.Max(bottom, y));
        }

        return new LandmarkExtent(left, top, right, bottom);
    }

    /// <summary>The figures of a line. What OpenFace writes for "unknown" (<c>nan</c>, <c>-nan(ind)</c>, <c>inf</c>), and
    /// an empty field, is NaN.</summary>
    private readonly struct Fields(string place, string[] fields)
    {
        public long Whole(int column, string name)
        {
            var value = Parse(column, name);
            return double.IsInteger(value) && Math.Abs(value) <= 1L << 53
                ? (long)value
                : throw new InputException($"{place}: {name} '{fields[column].Printable()}' is no whole number");
        }

        public double? Optional(int column, string name, double highest) =>
            column < 0 ? null : Number(column, name, highest);

        public double Number(int column, string name, double highest)
        {
            var value = Parse(column, name);
            return value < 0 || value > highest
                ? throw new InputException(string.Create(
                    CultureInfo.InvariantCulture, $"{place}: {name} is {value}, not from 0 to {highest}"))
                : value;
        }

        public bool? Flag(int column, string name) => Parse(column, name) switch
        {
            0 => false,
            1 => true,
            double.NaN => null,
            _ => throw new InputException($"{place}: {name} is '{fields[column].Printable()}', not 0 or 1"),
        };

        public double Coordinate(int column)
        {
            var value = Parse(column, "landmark");
            return Math.Abs(value) < int.MaxValue ? value : double.NaN;
        }

        private double Parse(int column, string name)
        {
            var field = fields[column];
            if (double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                return double.IsFinite(value) ? value : double.NaN;

            return field.Length == 0 || IsUnknown(field)
                ? double.NaN
                : throw new InputException($"{place}: {name} '{field.Printable()}' is no number");
        }

        private static bool IsUnknown(string field)
        {
            var word = field.AsSpan().TrimStart("+-");
            return word.StartsWith("nan", StringComparison.OrdinalIgnoreCase)
                || word.StartsWith("inf", StringComparison.OrdinalIgnoreCase)
                || word.StartsWith("1.#", StringComparison.Ordinal);
        }
    }
}
