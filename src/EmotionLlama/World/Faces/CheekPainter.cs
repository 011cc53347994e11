using SkiaSharp;

namespace EmotionLlama.World.Faces;

/// <summary>Paints the cheeks, their folds, and the lines of the forehead.</summary>
internal sealed class CheekPainter(SKCanvas canvas, FaceSpace space, Palette palette, Expression expression)
{
    public void Paint()
    {
        foreach (var side in (ReadOnlySpan<float>)[-1, 1])
            PaintCheek(side);

        PaintForehead();
    }

    private void PaintCheek(float side)
    {
        var raise = expression.CheekRaise;
        var lift = 2.6f * raise;
        canvas.Glow(space.Map(side * 13, 9.5f - lift, 7), 7.5f, palette.Blush, 0.3f + (0.4f * raise));
        canvas.Glow(space.Map(side * 12.6f, 7.4f - lift, 8), 3.6f, palette.SkinLight, 0.35f + (0.35f * raise));

        // The fold from the nose to the mouth deepens when the lip corners are pulled.
        using var fold = FacePaint.Curve(
            space.Map(side * 5, 9.5f, 8), space.Map(side * (9.6f + (1.4f * expression.CornerPull)), 11.5f, 6),
            space.Map(side * (10.4f + (2.4f * expression.CornerPull)), 16.6f, 5));
        canvas.Stroke(
            fold, palette.SkinLine, 0.7f,
            0.1f + (0.5f * Math.Max(expression.CornerPull, 0.6f * expression.LipTighten)));

        // A raised cheek pushes up a crease below the eye.
        using var crease = FacePaint.Curve(
            space.Map(side * 5.5f, 4.2f - (0.6f * lift), 7), space.Map(side * 10.5f, 6.6f - (0.9f * lift), 7),
            space.Map(side * 16, 3.2f - (0.6f * lift), 4));
        canvas.Stroke(crease, palette.SkinLine, 0.6f, 0.08f + (0.5f * raise));
        for (var line = -1; line <= 1; line++)
        {
            using var crowsFoot = FacePaint.Curve(
                space.Map(side * 17.4f, -1.2f + (0.5f * line), 3), space.Map(side * 18.4f, -1.4f + (1.1f * line), 2),
                space.Map(side * 19.8f, -1.8f + (2 * line), 1));
            canvas.Stroke(crowsFoot, palette.SkinLine, 0.4f, 0.45f * (raise - 0.2f));
        }
    }

    private void PaintForehead()
    {
        var raise = 0.5f * (expression.InnerBrowRaise + expression.OuterBrowRaise);
        for (var line = 0; line < 3; line++)
        {
            var height = -17.4f - (2.1f * line) - raise;
            using var wrinkle = FacePaint.Curve(
                space.Map(-9 + line, height + 0.7f, 9), space.Map(0, height - 0.9f, 12),
                space.Map(9 - line, height + 0.7f, 9));
            canvas.Stroke(wrinkle, palette.SkinLine, 0.55f, 0.55f * (raise - 0.15f));
        }

        // Lowered brows meet in furrows above the nose.
        foreach (var side in (ReadOnlySpan<float>)[-1, 1])
        {
            using var furrow = FacePaint.Curve(
                space.Map(side * 1.5f, -7, 11), space.Map(side * 1.1f, -9.5f, 11.5f),
                space.Map(side * 1.9f, -12.4f, 11));
            canvas.Stroke(furrow, palette.SkinLine, 0.7f, 0.8f * (expression.BrowLower - 0.1f));
        }
    }
}
