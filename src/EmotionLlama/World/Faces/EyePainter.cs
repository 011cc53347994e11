using SkiaSharp;

namespace EmotionLlama.World.Faces;

/// <summary>Paints the eyes: white, iris, pupil, lids and lashes.</summary>
internal sealed class EyePainter(
    SKCanvas canvas, FaceSpace space, Palette palette, FaceIdentity identity, Expression expression)
{
    private static readonly SKColor White = new(0xF8, 0xF6, 0xF2);
    private static readonly SKColor Pupil = new(0x14, 0x0C, 0x0C);
    private static readonly SKColor Lash = new(0x2A, 0x18, 0x14);

    private const float Height = -2.6f;

    private readonly float _half = 5.5f * identity.EyeSize;
    private readonly float _upper = identity.EyeSize * (1 - expression.Blink) * Math.Max(0.5f,
        3.2f + (1.7f * expression.LidRaise) - (1.4f * expression.LidTighten) - (0.5f * expression.CheekRaise)
        - (0.4f * expression.BrowLower));

    private readonly float _lower = identity.EyeSize * (1 - (0.5f * expression.Blink))
        * (2.3f + (0.3f * expression.LidRaise) - (1.1f * expression.LidTighten) - (1.3f * expression.CheekRaise));

    public void Paint()
    {
        foreach (var side in (ReadOnlySpan<float>)[-1, 1])
            PaintEye(side);
    }

    private void PaintEye(float side)
    {
        var x = side * 10.3f * identity.EyeSpacing;
        var center = space.Map(x, Height, 8);
        var inner = space.Map(x - (side * _half), Height + 0.6f, 8);
        var outer = space.Map(x + (side * _half), Height - 0.3f, 5);

        // The socket's shadow, below the brow.
        canvas.Glow(space.Map(x, Height - 3.6f, 7), 7, palette.SkinShadow, 0.4f);

        using var opening = new SKPath();
        var upperLeft = space.Map(x - (side * _half * 0.5f), Height - (_upper * 1.28f), 9);
        var upperRight = space.Map(x + (side * _half * 0.55f), Height - (_upper * 1.3f), 8);
        opening.MoveTo(inner);
        opening.CubicTo(upperLeft, upperRight, outer);
        opening.CubicTo(
            space.Map(x + (side * _half * 0.5f), Height + (_lower * 1.25f), 8),
            space.Map(x - (side * _half * 0.5f), Height + (_lower * 1.3f), 9), inner);
        opening.Close();

        canvas.Fill(opening, White);
        canvas.Save();
        canvas.ClipPath(opening, SKClipOperation.Intersect, antialias: true);
        PaintIris(center, outer);
        canvas.Restore();
        PaintLids(x, side, inner, outer, upperLeft, upperRight);
    }

    private void PaintIris(SKPoint center, SKPoint outer)
    {
        var radius = 3 * identity.EyeSize;
        canvas.FillOval(center, radius, radius, Palette.Mix(palette.Iris, Pupil, 0.55f));
        canvas.FillOval(center, radius * 0.84f, radius * 0.84f, palette.Iris);
        canvas.FillOval(center, radius * 0.46f, radius * 0.46f, Pupil);
        canvas.FillOval(new SKPoint(center.X + 1, center.Y - 1.1f), 0.75f, 0.75f, SKColors.White);

        // The upper lid throws a shadow on the eyeball.
        using var shadow = FacePaint.Curve(
            new SKPoint((2 * center.X) - outer.X, center.Y - (_upper * 0.5f)),
            new SKPoint(center.X, center.Y - (_upper * 1.5f)), new SKPoint(outer.X, center.Y - (_upper * 0.5f)));
        canvas.Stroke(shadow, Lash, 1.2f, 0.25f);
    }

    private void PaintLids(float x, float side, SKPoint inner, SKPoint outer, SKPoint upperLeft, SKPoint upperRight)
    {
        using var upper = new SKPath();
        upper.MoveTo(inner);
        upper.CubicTo(upperLeft, upperRight, outer);
        upper.LineTo(space.Map(x + (side * (_half + 1)), Height - 1, 4));
        canvas.Stroke(upper, Lash, 0.95f, 0.95f);

        using var crease = FacePaint.Curve(
            space.Map(x - (side * _half * 0.8f), Height - (_upper * 0.75f) - 1.2f, 8),
            space.Map(x, Height - (_upper * 1.25f) - 1.9f, 9),
            space.Map(x + (side * _half), Height - (_upper * 0.5f) - 1.5f, 5));
        canvas.Stroke(crease, palette.SkinLine, 0.55f, 0.6f);

        using var lower = FacePaint.Curve(
            inner, space.Map(x, Height + (_lower * 1.95f), 9), outer);
        canvas.Stroke(lower, palette.SkinLine, 0.55f, 0.7f);

        using var bag = FacePaint.Curve(
            space.Map(x - (side * _half * 0.7f), Height + _lower + 1, 8), space.Map(x, Height + _lower + 2.4f, 8),
            space.Map(x + (side * _half * 0.8f), Height + _lower + 0.6f, 6));
        canvas.Stroke(bag, palette.SkinLine, 0.55f, 0.1f + (0.5f * expression.LidTighten));
    }
}
