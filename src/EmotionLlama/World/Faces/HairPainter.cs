using SkiaSharp;

namespace EmotionLlama.World.Faces;

/// <summary>Paints the hair.</summary>
internal sealed class HairPainter(SKCanvas canvas, FaceSpace space, Palette palette, WorldClip clip)
{
    private readonly float _width = 22.5f * clip.Identity.HeadWidth;

    /// <summary>Paints long hair at the back of head and neck.</summary>
    public void PaintBehind()
    {
        var down = clip.Identity.HairStyle switch
        {
            HairStyle.Bob => 27f,
            HairStyle.ShoulderLength => 42f,
            _ => 0f,
        };
        if (down == 0)
            return;

        var wide = _width + 6;
        using var hair = new SKPath();
        hair.MoveTo(space.Map(0, -37, -8));
        hair.CubicTo(space.Map(wide, -37, -8), space.Map(wide + 1.5f, -14, -8), space.Map(wide + 0.5f, down - 12, -8));
        hair.QuadTo(space.Map(wide, down, -8), space.Map(wide - 10, down + 1, -8));
        hair.LineTo(space.Map(-wide + 10, down + 1, -8));
        hair.QuadTo(space.Map(-wide, down, -8), space.Map(-wide - 0.5f, down - 12, -8));
        hair.CubicTo(space.Map(-wide - 1.5f, -14, -8), space.Map(-wide, -37, -8), space.Map(0, -37, -8));
        hair.Close();
        canvas.Fill(hair, SKShader.CreateLinearGradient(
            space.Map(0, -24, -8), space.Map(0, down, -8), [palette.Hair, palette.HairShadow],
            SKShaderTileMode.Clamp));
    }

    /// <summary>Paints the hair on top and in front. No style comes as low as raised brows.</summary>
    public void PaintInFront()
    {
        switch (clip.Identity.HairStyle)
        {
            case HairStyle.Shaved:
                PaintTop(lift: 0, hairline: -22.5f, parting: 0, density: 0.45f);
                break;
            case HairStyle.Cropped:
                PaintTop(lift: 4, hairline: -22.5f, parting: 0, density: 1);
                PaintStrands(lift: 4, hairline: -22.5f, parting: 0);
                break;
            case HairStyle.SideParted:
                PaintTop(lift: 6, hairline: -21, parting: 9, density: 1);
                PaintStrands(lift: 6, hairline: -21, parting: 9);
                break;
            case HairStyle.Curly:
                PaintTop(lift: 3, hairline: -22, parting: 0, density: 1);
                PaintCurls();
                break;
            case HairStyle.Bob:
                PaintSides(down: 21);
                PaintTop(lift: 5.5f, hairline: -21, parting: 2, density: 1);
                PaintStrands(lift: 5.5f, hairline: -21, parting: 2);
                break;
            case HairStyle.ShoulderLength:
                PaintSides(down: 28);
                PaintTop(lift: 5.5f, hairline: -21.5f, parting: -7, density: 1);
                PaintStrands(lift: 5.5f, hairline: -21.5f, parting: -7);
                break;
            default:
                throw new InvalidOperationException($"no painter for {clip.Identity.HairStyle} hair");
        }
    }

    /// <summary>The hair on top: from temple to temple over the skull and back along the hairline.</summary>
    /// <param name="lift">How far it stands off the skull.</param>
    /// <param name="hairline">The height of the hairline.</param>
    /// <param name="parting">How far the hairline's highest point is from the middle; it falls to both sides.</param>
    /// <param name="density">How opaque it is, in [0, 1].</param>
    private void PaintTop(float lift, float hairline, float parting, float density)
    {
        var wide = _width + (lift * 0.3f);
        var top = -31 - lift;
        using var hair = new SKPath();
        hair.MoveTo(space.Map(-wide, -3, 0));
        hair.CubicTo(space.Map(-wide, -20 - (0.6f * lift), 0), space.Map(-wide * 0.68f, top, 0), space.Map(0, top, 0));
        hair.CubicTo(space.Map(wide * 0.68f, top, 0), space.Map(wide, -20 - (0.6f * lift), 0), space.Map(wide, -3, 0));
        hair.QuadTo(space.Map(_width - 1, -7, 1), space.Map(_width - 1.6f, -12.5f, 3));
        hair.CubicTo(
            space.Map(_width - 3, -17, 4), space.Map((_width * 0.6f) + (parting * 0.3f), hairline + 1.6f, 7),
            space.Map(parting, hairline - (0.22f * MathF.Abs(parting)), 9));
        hair.CubicTo(
            space.Map((-_width * 0.6f) + (parting * 0.3f), hairline + 1.6f, 7), space.Map(-_width + 3, -17, 4),
            space.Map(-_width + 1.6f, -12.5f, 3));
        hair.QuadTo(space.Map(-_width + 1, -7, 1), space.Map(-wide, -3, 0));
        hair.Close();
        var alpha = (byte)(255 * density);
        canvas.Fill(hair, SKShader.CreateRadialGradient(
            space.Map(clip.Light.Direction * 0.15f, -28, 4),
            30,
            [palette.HairLight.WithAlpha(alpha), palette.Hair.WithAlpha(alpha), palette.HairShadow.WithAlpha(alpha)],
            [0, 0.4f, 1],
            SKShaderTileMode.Clamp));
    }

    private void PaintStrands(float lift, float hairline, float parting)
    {
        const int Strands = 13;
        var top = -31 - lift;
        for (var strand = 0; strand < Strands; strand++)
        {
            var place = ((2f * strand / (Strands - 1)) - 1) * 0.86f;
            var end = place * _width;
            var fall = hairline - 0.8f + (8 * place * place * MathF.Abs(place));
            using var line = FacePaint.Curve(
                space.Map((parting * 0.7f) + (end * 0.25f), top + 1.2f + (2 * MathF.Abs(place)), 0),
                space.Map((parting * 0.2f) + (end * 0.9f), top + 4 + (5 * place * place), 4),
                space.Map(end, fall, 6));
            canvas.Stroke(
                line, strand % 2 == 0 ? palette.HairShadow : palette.HairLight, 0.45f, strand % 2 == 0 ? 0.5f : 0.3f);
        }
    }

    private void PaintSides(float down)
    {
        foreach (var side in (ReadOnlySpan<float>)[-1, 1])
        {
            using var strand = new SKPath();
            strand.MoveTo(space.Map(side * (_width - 6), -25, 2));
            strand.CubicTo(
                space.Map(side * (_width + 5), -24, -2), space.Map(side * (_width + 6.5f), 8, -4),
                space.Map(side * (_width + 3), down, -5));
            strand.QuadTo(
                space.Map(side * (_width - 3), down + 2.5f, -4), space.Map(side * (_width - 4.5f), down - 2, -3));
            strand.CubicTo(
                space.Map(side * (_width - 0.8f), 9, 0), space.Map(side * (_width - 0.6f), -4, 1),
                space.Map(side * (_width - 6), -19, 5));
            strand.Close();
            canvas.Fill(strand, SKShader.CreateLinearGradient(
                space.Map(0, -20, 0), space.Map(0, down, 0), [palette.Hair, palette.HairShadow],
                SKShaderTileMode.Clamp));
            using var shine = FacePaint.Curve(
                space.Map(side * (_width + 1), -14, 0), space.Map(side * (_width + 3), 2, -2),
                space.Map(side * (_width + 1), down - 4, -3));
            canvas.Stroke(shine, palette.HairLight, 0.6f, 0.3f);
        }
    }

    private void PaintCurls()
    {
        PaintCurlRow(count: 15, across: _width + 1, up: 27, size: 5.2f, from: 1.08f);
        PaintCurlRow(count: 9, across: _width - 3.5f, up: 22, size: 4.6f, from: 1.2f);
    }

    /// <summary>A row of curls on an arch over the forehead, which starts at an angle given in half turns.</summary>
    private void PaintCurlRow(int count, float across, float up, float size, float from)
    {
        for (var curl = 0; curl < count; curl++)
        {
            var (sine, cosine) = MathF.SinCos(MathF.PI * (from + ((3 - (2 * from)) * curl / (count - 1))));
            var center = space.Map(across * cosine, -7 + (up * sine), 2);
            var radius = size * (curl % 2 == 0 ? 1 : 0.86f);
            canvas.FillOval(
                center, radius, radius, Palette.Mix(palette.Hair, palette.HairShadow, curl % 3 == 0 ? 0.4f : 0.15f));
            canvas.Glow(new SKPoint(center.X - 0.6f, center.Y - 1.4f), radius * 0.75f, palette.HairLight, 0.6f);
        }
    }
}
