using SkiaSharp;

namespace EmotionLlama.World.Faces;

/// <summary>Paints the brows.</summary>
internal sealed class BrowPainter(
    SKCanvas canvas, FaceSpace space, Palette palette, FaceIdentity identity, Expression expression)
{
    public void Paint()
    {
        foreach (var side in (ReadOnlySpan<float>)[-1, 1])
            PaintBrow(side);
    }

    private void PaintBrow(float side)
    {
        var (inner, outer, lower) = (expression.InnerBrowRaise, expression.OuterBrowRaise, expression.BrowLower);
        var thickness = 1.1f * identity.BrowThickness * (1 + (0.15f * lower));
        var spacing = identity.EyeSpacing;
        var innerX = side * ((4.9f * spacing) - (1.9f * lower));
        var innerY = -10.2f - (4.4f * inner) + (4.2f * lower);
        var peakX = side * 12 * spacing;
        var peakY = -12.6f - (2.4f * inner) - (3.2f * outer) + (3 * lower);
        var outerX = side * 17.4f * spacing;
        var outerY = -9.8f - (4 * outer) + (0.9f * lower);

        using var brow = new SKPath();
        brow.MoveTo(space.Map(innerX, innerY - thickness, 10.5f));
        brow.QuadTo(space.Map(peakX, peakY - thickness - 0.5f, 9.5f), space.Map(outerX, outerY, 5));
        brow.QuadTo(
            space.Map(peakX, peakY + (thickness * 0.9f), 9.5f),
            space.Map(innerX - (side * 0.3f), innerY + thickness, 10.5f));
        brow.Close();
        canvas.Fill(brow, palette.Brow);
        canvas.Stroke(brow, palette.Brow, 0.9f);
    }
}
