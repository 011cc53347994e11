using SkiaSharp;

namespace EmotionLlama.World.Faces;

/// <summary>Paints shoulders and clothes. The neck belongs to the head, which it turns with.</summary>
internal static class BodyPainter
{
    public static void Paint(SKCanvas canvas, Palette palette, HeadPose pose)
    {
        var lean = pose.Yaw * 0.12f;
        using var shoulders = new SKPath();
        shoulders.MoveTo(4 + lean, 112);
        shoulders.CubicTo(6 + lean, 94, 20 + lean, 90, 37 + lean, 85);
        shoulders.LineTo(63 + lean, 85);
        shoulders.CubicTo(80 + lean, 90, 94 + lean, 94, 96 + lean, 112);
        shoulders.Close();
        canvas.Fill(shoulders, SKShader.CreateLinearGradient(
            new SKPoint(50, 84), new SKPoint(50, 102), [palette.Clothes, palette.ClothesShadow],
            SKShaderTileMode.Clamp));
    }
}
