using EmotionLlama.Media;
using EmotionLlama.Media.OpenFace;

namespace EmotionLlama.Extraction;

/// <summary>Where the face is in the frames of one clip.</summary>
internal sealed class ClipFaces
{
    private readonly OpenFaceTable? _table;

    // The frames in which it was found, in ascending order.
    private readonly long[] _found = [];

    /// <summary>Takes the faces of a table.</summary>
    /// <exception cref="InputException">The face was never found.</exception>
    public ClipFaces(OpenFaceTable table)
    {
        _table = table;
        _found = [.. table.MainRows.Where(row => row.Success).Select(row => row.FrameIndex).Order()];
        if (_found.Length == 0)
            throw new InputException($"{table.Path}: OpenFace found no face in this clip; take the clip out");
    }

    private ClipFaces()
    {
    }

    /// <summary>Of a clip of which nobody knows where the face is: whole frames are faces.</summary>
    public static ClipFaces Anywhere { get; } = new();

    /// <summary>The frame in which the action units are strongest, from 0.</summary>
    /// <exception cref="InputException">The table has no action units.</exception>
    public long Peak => _table!.Units.Count > 0
        ? _table.Peak!.FrameIndex
        : throw new InputException($"{_table.Path}: has no action units (AU01_r …), so no peak frame; run OpenFace "
            + "with -aus, or take another frame");

    /// <summary>Makes sure that the table, where there is one, says where the face is.</summary>
    /// <exception cref="InputException">It does not.</exception>
    public void RequirePlaces()
    {
        if (_table is { HasLandmarks: false })
        {
            throw new InputException($"{_table.Path}: has no landmarks (x_0 … y_67), which say where the face is; run "
                + "OpenFace with -2Dfp, or name no folder of tables to see whole frames");
        }
    }

    /// <summary>The face in a frame; null where none was found in it.</summary>
    public RgbImage? In(RgbImage frame, long index) => _table is null ? frame : Cut(frame, index);

    /// <summary>The face in a frame, or what is where it was found in the nearest frame; null where that lies outside.
    /// </summary>
    public RgbImage? Near(RgbImage frame, long index)
    {
        if (_table is null)
            return frame;

        var place = Array.BinarySearch(_found, index);
        if (place >= 0)
            return Cut(frame, index);

        var (after, before) = (Math.Min(~place, _found.Length - 1), Math.Max(~place - 1, 0));
        return Cut(frame, _found[after] - index < index - _found[before] ? _found[after] : _found[before]);
    }

    private RgbImage? Cut(RgbImage frame, long index) => _table!.At(index)?.Box(frame.Width, frame.Height) is { } box
        ? frame.Crop(box.Left, box.Top, box.Width, box.Height)
        : null;
}
