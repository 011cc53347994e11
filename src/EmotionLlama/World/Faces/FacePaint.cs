using SkiaSharp;

namespace EmotionLlama.World.Faces;

/// <summary>Short forms for the strokes and fills that the painters of a face need.</summary>
internal static class FacePaint
{
    /// <summary>Fills a shape with one colour.</summary>
    public static void Fill(this SKCanvas canvas, SKPath shape, SKColor color)
    {
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        canvas.DrawPath(shape, paint);
    }

    /// <summary>Fills a shape with a shader, which is disposed.</summary>
    public static void Fill(this SKCanvas canvas, SKPath shape, SKShader shader)
    {
        using (shader)
        {
            using var paint = new SKPaint { Shader = shader, IsAntialias = true };
            canvas.DrawPath(shape, paint);
        }
    }

    /// <summary>Fills an ellipse with one colour.</summary>
    public static void FillOval(this SKCanvas canvas, SKPoint center, float radiusX, float radiusY, SKColor color)
    {
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        canvas.DrawOval(center.X, center.Y, radiusX, radiusY, paint);
    }

    /// <summary>Draws a round spot that fades out from its centre.</summary>
    public static void Glow(this SKCanvas canvas, SKPoint center, float radius, SKColor color, float strength)
    {
        if (strength <= 0)
            return;

        var inner = color.WithAlpha(Alpha(strength));
        using var shader = SKShader.CreateRadialGradient(
            center, radius, [inner, color.WithAlpha(0)], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shader, IsAntialias = true };
        canvas.DrawCircle(center, radius, paint);
    }

    /// <summary>Draws a line with round ends.</summary>
    public static void Stroke(this SKCanvas canvas, SKPath line, SKColor color, float width, float strength = 1)
    {
        if (strength <= 0.02f)
            return;

        using var paint = new SKPaint
        {
            Color = color.WithAlpha(Alpha(strength)),
            StrokeWidth = width,
            Style = SKPaintStyle.Stroke,
            StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
            IsAntialias = true,
        };
        canvas.DrawPath(line, paint);
    }

    /// <summary>A curve from one point to another, drawn towards a third.</summary>
    public static SKPath Curve(SKPoint from, SKPoint towards, SKPoint to)
    {
        var path = new SKPath();
        path.MoveTo(from);
        path.QuadTo(towards, to);
        return path;
    }

    private static byte Alpha(float strength) => (byte)(255 * Math.Clamp(strength, 0, 1));
}
