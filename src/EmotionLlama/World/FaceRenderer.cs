using EmotionLlama.Media;
using EmotionLlama.World.Faces;
using SkiaSharp;

namespace EmotionLlama.World;

/// <summary>Draws the person of a clip at a moment of it. The action units move the brows, lids, cheeks, lips and jaw;
/// they rise and fall around the clip's peak, and the mouth moves with the speech.</summary>
public static class FaceRenderer
{
    private const ulong NoisePurpose = 3;

    private static readonly SKRect SceneArea = SKRect.Create(8, 6, 84, 84);

    /// <summary>The part of the scene that <see cref="FaceFraming.Face"/> shows.</summary>
    private static readonly SKRect FaceArea = SKRect.Create(23, 24, 54, 54);

    /// <summary>Renders one frame.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="time">The moment, in seconds from the start of the clip.</param>
    /// <param name="size">Width and height in pixels, at least 16.</param>
    /// <param name="framing">How much of the scene to show.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 16.</exception>
    public static RgbImage Render(WorldClip clip, double time, int size, FaceFraming framing = FaceFraming.Scene)
    {
        ArgumentNullException.ThrowIfNull(clip);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 16);
        using var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            var area = framing == FaceFraming.Face ? FaceArea : SceneArea;
            canvas.Scale(size / area.Width);
            canvas.Translate(-area.Left, -area.Top);
            Draw(canvas, clip, Expression.At(clip, time));
        }

        return Photograph(bitmap, clip, frame: (long)Math.Round(time * 1000));
    }

    private static void Draw(SKCanvas canvas, WorldClip clip, Expression expression)
    {
        var palette = Palette.Of(clip.Identity);
        var space = new FaceSpace(clip.Pose);
        BackdropPainter.Paint(canvas, palette, clip.Light);
        var head = new HeadPainter(canvas, space, palette, clip, expression);
        var hair = new HairPainter(canvas, space, palette, clip);
        canvas.Save();
        canvas.RotateDegrees(clip.Pose.Roll, FaceSpace.Center.X, FaceSpace.Center.Y + 30);
        hair.PaintBehind();
        canvas.Restore();
        BodyPainter.Paint(canvas, palette, clip.Pose);
        canvas.RotateDegrees(clip.Pose.Roll, FaceSpace.Center.X, FaceSpace.Center.Y + 30);
        head.PaintBehind();
        head.PaintSkin();
        new CheekPainter(canvas, space, palette, expression).Paint();
        new NosePainter(canvas, space, palette, clip.Identity, expression).Paint();
        new MouthPainter(canvas, space, palette, clip.Identity, expression).Paint();
        new EyePainter(canvas, space, palette, clip.Identity, expression).Paint();
        new BrowPainter(canvas, space, palette, clip.Identity, expression).Paint();
        head.PaintLight();
        hair.PaintInFront();
        if (clip.Identity.Glasses)
            GlassesPainter.Paint(canvas, space, clip.Identity);
    }

    /// <summary>Reads the pixels as a camera would: with the light's colour and exposure, and with noise.</summary>
    private static RgbImage Photograph(SKBitmap bitmap, WorldClip clip, long frame)
    {
        var noise = new WorldRandom(clip.Seed, ((long)clip.Index << 20) + frame, NoisePurpose);
        var (red, green, blue) = (
            clip.Light.Exposure * (1 + (0.06f * clip.Light.Warmth)),
            clip.Light.Exposure,
            clip.Light.Exposure * (1 - (0.08f * clip.Light.Warmth)));

        var source = bitmap.GetPixelSpan();
        var pixels = new byte[bitmap.Width * bitmap.Height * 3];
        for (int from = 0, to = 0; to < pixels.Length; from += 4, to += 3)
        {
            var grain = noise.Bell() * clip.NoiseLevel;
            pixels[to] = ToByte((source[from] * red) + grain);
            pixels[to + 1] = ToByte((source[from + 1] * green) + grain);
            pixels[to + 2] = ToByte((source[from + 2] * blue) + grain);
        }

        return new RgbImage(bitmap.Width, bitmap.Height, pixels);
    }

    private static byte ToByte(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);
}
