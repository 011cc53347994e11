namespace EmotionLlama.Media.OpenFace;

/// <summary>Where a face is in a frame: whole pixels inside the frame.</summary>
/// <param name="Left">The first column.</param>
/// <param name="Top">The first row.</param>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
public readonly record struct FaceBox(int Left, int Top, int Width, int Height)
{
    /// <summary>Room around the landmarks by default, as a share of their longer side. The landmarks end at the brows
    /// and the chin, so some of it is the forehead's.</summary>
    public const double DefaultMargin = 0.25;

    /// <summary>The box around the landmarks of a face.</summary>
    /// <param name="landmarks">The landmarks' extent.</param>
    /// <param name="frameWidth">Columns of the frame.</param>
    /// <param name="frameHeight">Rows of the frame.</param>
    /// <param name="margin">Room on each side, as a share of the longer side.</param>
    /// <param name="square">Whether to widen the shorter side to the longer one, about the middle, so that resizing to
    /// a square does not distort the face. At the edge of the frame the box may still be cut.</param>
    /// <returns>The box, cut to the frame; null where the face is outside.</returns>
    public static FaceBox? Around(
        LandmarkExtent landmarks,
        int frameWidth,
        int frameHeight,
        double margin = DefaultMargin,
        bool square = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frameHeight, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(margin);
        var (width, height) = (landmarks.Right - landmarks.Left, landmarks.Bottom - landmarks.Top);
        var longer = Math.Max(width, height);
        if (square)
            (width, height) = (longer, longer);

        var (x, y) = ((landmarks.Left + landmarks.Right) / 2, (landmarks.Top + landmarks.Bottom) / 2);
        var (left, right) = Cut(x, (width / 2) + (margin * longer), frameWidth);
        var (top, bottom) = Cut(y, (height / 2) + (margin * longer), frameHeight);
        return left < right && top < bottom ? new FaceBox(left, top, right - left, bottom - top) : null;
    }

    private static (int From, int To) Cut(double middle, double reach, int size) =>
        ((int)Math.Clamp(Math.Floor(middle - reach), 0, size), (int)Math.Clamp(Math.Ceiling(middle + reach), 0, size));
}
