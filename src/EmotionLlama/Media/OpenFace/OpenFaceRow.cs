namespace EmotionLlama.Media.OpenFace;

/// <summary>What OpenFace says about one face in one frame.</summary>
public sealed record OpenFaceRow
{
    /// <summary>The number of the frame, from 1 as OpenFace counts.</summary>
    public required long Frame { get; init; }

    /// <summary>The number of the frame as this program counts: from 0.</summary>
    public long FrameIndex => Frame - 1;

    /// <summary>Which of several faces it is; 0 where the table does not tell them apart.</summary>
    public required int FaceId { get; init; }

    /// <summary>Seconds from the beginning of the clip; null where the table does not say.</summary>
    public double? Timestamp { get; init; }

    /// <summary>How sure OpenFace is that it follows the face, from 0 to 1; 1 where the table does not say.</summary>
    public required double Confidence { get; init; }

    /// <summary>Whether OpenFace found the face. Where the table does not say, it did. Without success the other
    /// figures mean nothing, and there are none.</summary>
    public required bool Success { get; init; }

    /// <summary>The action units in the order of their numbers; none without success.</summary>
    public required IReadOnlyList<UnitActivity> Units { get; init; }

    /// <summary>The extent of the landmarks; null without success or where the table has none.</summary>
    public LandmarkExtent? Landmarks { get; init; }

    /// <summary>How much the face moves: the sum of all intensities, or the number of units that are there where the
    /// table has no intensities.</summary>
    public required double Activity { get; init; }

    /// <summary>Where the face is: see <see cref="FaceBox.Around"/>.</summary>
    /// <returns>Null without success, without landmarks, or where the face is outside the frame.</returns>
    public FaceBox? Box(
        int frameWidth, int frameHeight, double margin = FaceBox.DefaultMargin, bool square = true) =>
        Landmarks is { } landmarks ? FaceBox.Around(landmarks, frameWidth, frameHeight, margin, square) : null;
}
