using SkiaSharp;

namespace EmotionLlama.World.Faces;

/// <summary>Paints thin glasses that leave eyes and brows visible.</summary>
internal static class GlassesPainter
{
    private static readonly SKColor Frame = new(0x2C, 0x28, 0x30);

    public static void Paint(SKCanvas canvas, FaceSpace space, FaceIdentity identity)
    {
        var x = 10.4f * identity.EyeSpacing;
        foreach (var side in (ReadOnlySpan<float>)[-1, 1])
        {
            var center = space.Map(side * x, -1.8f, 11);
            using var lens = new SKPath();
            lens.AddRoundRect(SKRect.Create(center.X - 7.8f, center.Y - 6, 15.6f, 12.4f), 5, 5);
            canvas.Fill(lens, SKColors.White.WithAlpha(20));
            canvas.Stroke(lens, Frame, 0.8f, 0.85f);
            using var temple = new SKPath();
            temple.MoveTo(center.X + (side * 7.8f), center.Y - 2);
            temple.LineTo(space.Map(side * 23, -2, -2));
            canvas.Stroke(temple, Frame, 0.8f, 0.85f);
        }

        using var bridge = FacePaint.Curve(
            space.Map(-x + 7.6f, -3, 12), space.Map(0, -4.6f, 14), space.Map(x - 7.6f, -3, 12));
        canvas.Stroke(bridge, Frame, 0.8f, 0.85f);
    }
}
