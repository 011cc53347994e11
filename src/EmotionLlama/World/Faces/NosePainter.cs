using SkiaSharp;

namespace EmotionLlama.World.Faces;

/// <summary>Paints the nose.</summary>
internal sealed class NosePainter(
    SKCanvas canvas, FaceSpace space, Palette palette, FaceIdentity identity, Expression expression)
{
    public void Paint()
    {
        var width = (3.6f * identity.NoseWidth) + (0.5f * expression.CornerPull);
        const float Tip = 9.2f;
        using var bridge = FacePaint.Curve(
            space.Map(-2.2f, -5, 9), space.Map(-1.4f, 2, 12), space.Map(-width * 0.72f, Tip - 1, 11));
        canvas.Stroke(bridge, palette.SkinLine, 0.9f, 0.22f);
        canvas.Glow(space.Map(0.6f, Tip - 1.6f, 15), 3.4f, palette.SkinLight, 0.65f);
        canvas.Glow(space.Map(0, Tip + 1.8f, 12), 4.6f, palette.SkinShadow, 0.5f);

        using var under = new SKPath();
        under.MoveTo(space.Map(-width, Tip - 0.3f, 9));
        under.QuadTo(space.Map(-width * 1.05f, Tip + 2, 10), space.Map(-width * 0.45f, Tip + 1.5f, 12));
        under.QuadTo(space.Map(0, Tip + 2.9f, 14), space.Map(width * 0.45f, Tip + 1.5f, 12));
        under.QuadTo(space.Map(width * 1.05f, Tip + 2, 10), space.Map(width, Tip - 0.3f, 9));
        canvas.Stroke(under, palette.SkinLine, 0.75f, 0.7f);
        foreach (var side in (ReadOnlySpan<float>)[-1, 1])
            canvas.FillOval(space.Map(side * width * 0.48f, Tip + 1.2f, 12), 0.85f, 0.5f, palette.SkinLine);
    }
}
