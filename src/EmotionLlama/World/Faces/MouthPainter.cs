using SkiaSharp;

namespace EmotionLlama.World.Faces;

/// <summary>Paints the mouth: lips, and teeth and tongue where it is open.</summary>
internal sealed class MouthPainter(
    SKCanvas canvas, FaceSpace space, Palette palette, FaceIdentity identity, Expression expression)
{
    private static readonly SKColor Inside = new(0x4A, 0x14, 0x20);
    private static readonly SKColor Teeth = new(0xFA, 0xF4, 0xEC);
    private static readonly SKColor Tongue = new(0xC8, 0x5A, 0x62);

    private readonly float _half = 7.8f + (3 * expression.CornerPull) - (2.3f * expression.LipTighten)
        - (1.3f * expression.JawDrop) + (0.5f * expression.CornerDepress);

    private readonly float _middle = 18.2f * identity.FaceLength;

    private readonly float _cornerShift = (-3.4f * expression.CornerPull) + (2.8f * expression.CornerDepress)
        + (1.4f * expression.JawDrop);

    private readonly float _gap = (7.4f * expression.JawDrop)
        + (2 * expression.Speech * (1 - (0.75f * expression.LipTighten)) * (1 - (0.5f * expression.JawDrop)))
        + (2.4f * expression.CornerPull);

    private readonly float _thickness = identity.LipFullness * (1 - (0.62f * expression.LipTighten));

    public void Paint()
    {
        // The shadow that the lower lip throws.
        canvas.Glow(space.Map(0, _middle + _gap + (3.4f * _thickness) + 1.6f, 8), 5.5f, palette.SkinShadow, 0.55f);
        PaintLips();
        if (_gap > 0.5f)
            PaintInside();
        else
            PaintSeam();

        PaintCorners();
    }

    /// <summary>The middle of the upper lip's lower edge.</summary>
    private float UpperSeam => _middle - (0.22f * _gap) + (1.2f * expression.CornerPull) - expression.CornerDepress;

    /// <summary>The middle of the lower lip's upper edge.</summary>
    private float LowerSeam => UpperSeam + _gap;

    private SKPoint Corner(float side) => space.Map(side * _half, _middle + _cornerShift, 6);

    private void PaintLips()
    {
        var top = UpperSeam - (2 * _thickness);
        var bottom = LowerSeam + (2.7f * _thickness);
        var cornerHeight = _middle + _cornerShift;
        using var lips = new SKPath();
        lips.MoveTo(Corner(-1));
        lips.CubicTo(
            space.Map(-_half * 0.6f, (cornerHeight * 0.35f) + (top * 0.65f), 8), space.Map(-2.4f, top - 0.5f, 9.5f),
            space.Map(-1.5f, top - 0.4f, 10));
        lips.QuadTo(space.Map(0, top + 0.9f, 10), space.Map(1.5f, top - 0.4f, 10));
        lips.CubicTo(
            space.Map(2.4f, top - 0.5f, 9.5f), space.Map(_half * 0.6f, (cornerHeight * 0.35f) + (top * 0.65f), 8),
            Corner(1));
        lips.CubicTo(
            space.Map(_half * 0.72f, (cornerHeight * 0.3f) + (bottom * 0.7f), 7.5f),
            space.Map(_half * 0.4f, bottom + 0.2f, 9), space.Map(0, bottom + 0.2f, 9.5f));
        lips.CubicTo(
            space.Map(-_half * 0.4f, bottom + 0.2f, 9),
            space.Map(-_half * 0.72f, (cornerHeight * 0.3f) + (bottom * 0.7f), 7.5f),
            Corner(-1));
        lips.Close();
        canvas.Fill(lips, SKShader.CreateLinearGradient(
            space.Map(0, top, 9), space.Map(0, bottom, 9), [palette.LipShadow, palette.Lip, palette.Lip],
            [0, 0.6f, 1], SKShaderTileMode.Clamp));
        canvas.Glow(space.Map(1, LowerSeam + (1.3f * _thickness), 10), 2.2f * _thickness, SKColors.White, 0.3f);
    }

    private SKPath Opening()
    {
        var path = new SKPath();
        var cornerHeight = _middle + _cornerShift;
        var half = _half * 0.9f;
        var corner = cornerHeight + (0.1f * (LowerSeam - cornerHeight));
        path.MoveTo(space.Map(-half, corner, 6.5f));
        path.CubicTo(
            space.Map(-half * 0.55f, (corner * 0.3f) + (UpperSeam * 0.7f), 8), space.Map(-half * 0.3f, UpperSeam, 9),
            space.Map(0, UpperSeam + 0.1f, 9));
        path.CubicTo(
            space.Map(half * 0.3f, UpperSeam, 9), space.Map(half * 0.55f, (corner * 0.3f) + (UpperSeam * 0.7f), 8),
            space.Map(half, corner, 6.5f));
        path.CubicTo(
            space.Map(half * 0.72f, (corner * 0.25f) + (LowerSeam * 0.75f), 7.5f),
            space.Map(half * 0.4f, LowerSeam, 8.5f),
            space.Map(0, LowerSeam, 9));
        path.CubicTo(
            space.Map(-half * 0.4f, LowerSeam, 8.5f),
            space.Map(-half * 0.72f, (corner * 0.25f) + (LowerSeam * 0.75f), 7.5f),
            space.Map(-half, corner, 6.5f));
        path.Close();
        return path;
    }

    private void PaintInside()
    {
        using var opening = Opening();
        canvas.Fill(opening, Inside);
        canvas.Save();
        canvas.ClipPath(opening, SKClipOperation.Intersect, antialias: true);
        if (_gap > 3)
            canvas.FillOval(space.Map(0, LowerSeam + 0.6f, 8), _half * 0.55f, 0.34f * _gap, Tongue);

        // The upper teeth hang from the upper lip; their edge runs from corner to corner.
        var edge = UpperSeam + Math.Min(0.5f + (0.4f * _gap), 2.1f);
        var corner = _middle + _cornerShift;
        using var teeth = FacePaint.Curve(
            space.Map(-_half, corner, 6), space.Map(0, (2 * edge) - corner, 9), space.Map(_half, corner, 6));
        teeth.LineTo(space.Map(_half, UpperSeam - 6, 6));
        teeth.LineTo(space.Map(-_half, UpperSeam - 6, 6));
        canvas.Fill(teeth, Teeth);
        canvas.Restore();
    }

    private void PaintSeam()
    {
        using var seam = FacePaint.Curve(
            Corner(-1), space.Map(0, (2 * UpperSeam) - (_middle + _cornerShift), 10), Corner(1));
        canvas.Stroke(seam, palette.SkinLine, 0.75f, 0.95f);
    }

    private void PaintCorners()
    {
        foreach (var side in (ReadOnlySpan<float>)[-1, 1])
        {
            var height = _middle + _cornerShift;
            using var corner = FacePaint.Curve(
                space.Map(side * (_half - 0.6f), height + 0.1f, 7),
                space.Map(side * (_half + 0.4f), height - (0.4f * expression.CornerPull), 6),
                space.Map(
                    side * (_half + 0.9f),
                    height - (1.2f * expression.CornerPull) + (1.2f * expression.CornerDepress),
                    5.5f));
            canvas.Stroke(corner, palette.SkinLine, 0.7f, 0.75f);

            // Tight lips bulge at their ends and wrinkle the chin.
            using var bulge = FacePaint.Curve(
                space.Map(side * (_half + 1.8f), _middle - 1.6f, 6),
                space.Map(side * (_half + 2.8f), _middle + 0.2f, 6),
                space.Map(side * (_half + 1.7f), _middle + 2.2f, 6));
            canvas.Stroke(bulge, palette.SkinLine, 0.55f, 0.6f * (expression.LipTighten - 0.15f));
        }

        using var chin = FacePaint.Curve(
            space.Map(-3.2f, _middle + 5.4f, 8), space.Map(0, _middle + 4.2f, 9), space.Map(3.2f, _middle + 5.4f, 8));
        canvas.Stroke(chin, palette.SkinLine, 0.6f, 0.55f * (expression.LipTighten - 0.15f));
    }
}
