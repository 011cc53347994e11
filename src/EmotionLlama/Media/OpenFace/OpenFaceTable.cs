namespace EmotionLlama.Media.OpenFace;

/// <summary>
/// The table that OpenFace 2 writes of a clip, or a part of its columns: <c>frame, face_id, timestamp, confidence,
/// success, x_0 … x_67, y_0 … y_67, AU01_r …, AU01_c …</c>. Other columns are ignored.
/// </summary>
/// <remarks>Format: https://github.com/TadasBaltrusaitis/OpenFace/wiki/Output-Format.</remarks>
public sealed class OpenFaceTable
{
    private readonly Dictionary<long, OpenFaceRow> _main;

    internal OpenFaceTable(string path, OpenFaceColumns columns, IReadOnlyList<OpenFaceRow> rows)
    {
        Path = path;
        Units = columns.Units;
        HasIntensities = columns.HasIntensities;
        HasLandmarks = columns.HasLandmarks;
        Rows = rows;
        MainFace = rows.GroupBy(row => row.FaceId)
            .OrderByDescending(face => face.Count(row => row.Success))
            .ThenBy(face => face.Key)
            .First().Key;
        _main = rows.Where(row => row.FaceId == MainFace).ToDictionary(row => row.Frame);
        Peak = MainRows.Where(row => row.Success).MaxBy(row => row.Activity);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The numbers of all action units that the table has, in order.</summary>
    public IReadOnlyList<int> Units { get; }

    /// <summary>Whether the table has intensities.</summary>
    public bool HasIntensities { get; }

    /// <summary>Whether the table has landmarks.</summary>
    public bool HasLandmarks { get; }

    /// <summary>All rows in the order of the file; at least one.</summary>
    public IReadOnlyList<OpenFaceRow> Rows { get; }

    /// <summary>The face that was found in most frames; the one with the lower number where two are even.</summary>
    public int MainFace { get; }

    /// <summary>The rows of the main face in the order of the file.</summary>
    public IEnumerable<OpenFaceRow> MainRows => Rows.Where(row => row.FaceId == MainFace);

    /// <summary>The row where the main face moves most: the largest <see cref="OpenFaceRow.Activity"/>, the first of
    /// several. Null where the face was never found.</summary>
    public OpenFaceRow? Peak { get; }

    /// <summary>The row of the main face in a frame.</summary>
    /// <param name="frameIndex">The frame, from 0.</param>
    /// <returns>Null where the table has none.</returns>
    public OpenFaceRow? At(long frameIndex) => _main.GetValueOrDefault(frameIndex + 1);

    /// <summary>Where the table of a clip is: <c>NAME.csv</c>.</summary>
    public static string PathOf(string folder, string clipName) => System.IO.Path.Combine(folder, clipName + ".csv");

    /// <summary>Reads a table.</summary>
    /// <param name="path">A CSV file with a header. Blanks around names and numbers do not count; the order of the
    /// columns is free.</param>
    /// <exception cref="InputException">The file is missing, is not CSV, has neither action units nor landmarks, or no
    /// row, or holds what is no figure of OpenFace; the message names the line.</exception>
    public static OpenFaceTable Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return OpenFaceReader.Read(path);
    }
}
