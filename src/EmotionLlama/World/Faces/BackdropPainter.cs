using SkiaSharp;

namespace EmotionLlama.World.Faces;

/// <summary>Paints what is behind the person.</summary>
internal static class BackdropPainter
{
    public static void Paint(SKCanvas canvas, Palette palette, SceneLight light)
    {
        var side = FaceSpace.SceneSide;
        var brightest = new SKPoint((side / 2) + (light.Direction * 0.45f), side * 0.25f);
        using var scene = new SKPath();
        scene.AddRect(SKRect.Create(-side, -side, 3 * side, 3 * side));
        canvas.Fill(scene, SKShader.CreateRadialGradient(
            brightest, side * 0.95f, [palette.BackdropLight, palette.BackdropDark], SKShaderTileMode.Clamp));

        // Lights out of focus.
        canvas.Glow(new SKPoint(12, 22), 15, SKColors.White, 0.28f);
        canvas.Glow(new SKPoint(90, 38), 19, SKColors.White, 0.22f);
        canvas.Glow(new SKPoint(82, 8), 10, SKColors.White, 0.25f);
    }
}
