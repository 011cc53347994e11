using SkiaSharp;

namespace EmotionLlama.World.Faces;

/// <summary>Paints the head without its features: neck, ears, skin and the light on it.</summary>
internal sealed class HeadPainter
{
    private readonly SKCanvas _canvas;
    private readonly FaceSpace _space;
    private readonly Palette _palette;
    private readonly FaceIdentity _identity;
    private readonly SceneLight _light;
    private readonly float _width;
    private readonly float _jaw;
    private readonly float _chin;

    public HeadPainter(SKCanvas canvas, FaceSpace space, Palette palette, WorldClip clip, Expression expression)
    {
        (_canvas, _space, _palette) = (canvas, space, palette);
        (_identity, _light) = (clip.Identity, clip.Light);
        _width = 22.5f * clip.Identity.HeadWidth;
        _jaw = 16.2f * clip.Identity.JawWidth * clip.Identity.HeadWidth;
        _chin = (30.5f * clip.Identity.FaceLength) + (4.6f * expression.JawDrop) + (0.9f * expression.Speech);
    }

    /// <summary>Paints what the face hides: neck and ears.</summary>
    public void PaintBehind()
    {
        PaintNeck();
        if (_identity.HairStyle is HairStyle.Bob or HairStyle.ShoulderLength)
            return;

        foreach (var side in (ReadOnlySpan<float>)[-1, 1])
        {
            var ear = _space.Map(side * (_width + 0.6f), 3, -3);
            _canvas.FillOval(ear, 3.6f, 6.2f, _palette.SkinShadow);
            _canvas.FillOval(ear, 2.6f, 4.9f, _palette.Skin);
            _canvas.FillOval(new SKPoint(ear.X - (side * 0.4f), ear.Y + 0.4f), 1.5f, 3.1f, _palette.SkinShadow);
        }
    }

    /// <summary>Paints the face's skin.</summary>
    public void PaintSkin()
    {
        using var outline = Outline();
        var lit = _space.Map(_light.Direction * 0.12f, -8, 12);
        _canvas.Fill(outline, SKShader.CreateRadialGradient(
            lit, 42, [_palette.SkinLight, _palette.Skin, _palette.SkinShadow], [0, 0.42f, 1],
            SKShaderTileMode.Clamp));
    }

    /// <summary>Darkens the side of the face that is turned from the light.</summary>
    public void PaintLight()
    {
        using var outline = Outline();
        var (sine, cosine) = MathF.SinCos(_light.Direction * MathF.PI / 180);
        var center = _space.Map(0, 2, 0);
        var lit = new SKPoint(center.X + (26 * sine), center.Y - (32 * cosine));
        var dark = new SKPoint(center.X - (26 * sine), center.Y + (32 * cosine));
        _canvas.Fill(outline, SKShader.CreateLinearGradient(
            lit,
            dark,
            [
                SKColors.White.WithAlpha((byte)(44 * _light.Contrast)),
                SKColors.White.WithAlpha(0),
                new SKColor(0x30, 0x10, 0x28, (byte)(96 * _light.Contrast)),
            ],
            [0, 0.4f, 1],
            SKShaderTileMode.Clamp));
    }

    private SKPath Outline()
    {
        var path = new SKPath();
        path.MoveTo(_space.Map(0, -31, 0));
        path.CubicTo(_space.Map(_width * 0.68f, -31, 0), _space.Map(_width, -20, 0), _space.Map(_width, -3, 0));
        path.CubicTo(
            _space.Map(_width, 8, 0), _space.Map(_jaw + 2.8f, _chin - 13, 1),
            _space.Map(_jaw * 0.66f, _chin - 4.6f, 3));
        path.CubicTo(
            _space.Map(_jaw * 0.4f, _chin - 0.8f, 4), _space.Map(_jaw * 0.2f, _chin, 4), _space.Map(0, _chin, 4));
        path.CubicTo(
            _space.Map(-_jaw * 0.2f, _chin, 4), _space.Map(-_jaw * 0.4f, _chin - 0.8f, 4),
            _space.Map(-_jaw * 0.66f, _chin - 4.6f, 3));
        path.CubicTo(
            _space.Map(-_jaw - 2.8f, _chin - 13, 1), _space.Map(-_width, 8, 0), _space.Map(-_width, -3, 0));
        path.CubicTo(_space.Map(-_width, -20, 0), _space.Map(-_width * 0.68f, -31, 0), _space.Map(0, -31, 0));
        path.Close();
        return path;
    }

    private void PaintNeck()
    {
        using var neck = new SKPath();
        neck.MoveTo(_space.Map(-10.5f, 16, -6));
        neck.CubicTo(
            _space.Map(-10.5f, 32, -6), new SKPoint(FaceSpace.Center.X - 11, 82),
            new SKPoint(FaceSpace.Center.X - 17, 86));
        neck.QuadTo(
            new SKPoint(FaceSpace.Center.X, 98), new SKPoint(FaceSpace.Center.X + 17, 86));
        neck.CubicTo(
            new SKPoint(FaceSpace.Center.X + 11, 82), _space.Map(10.5f, 32, -6), _space.Map(10.5f, 16, -6));
        neck.Close();
        _canvas.Fill(neck, SKShader.CreateLinearGradient(
            new SKPoint(50, FaceSpace.Center.Y + _chin - 3), new SKPoint(50, 92),
            [Palette.Mix(_palette.SkinShadow, _palette.SkinLine, 0.45f), _palette.Skin], SKShaderTileMode.Clamp));
    }
}
