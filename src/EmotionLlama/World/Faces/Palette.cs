using SkiaSharp;

namespace EmotionLlama.World.Faces;

/// <summary>The colours of one person in one light.</summary>
internal sealed record Palette
{
    private static readonly SKColor[] SkinTones =
        [new(0xFBDCC8), new(0xF0C2A2), new(0xDDA47E), new(0xBC8059), new(0x8F5A3C), new(0x63402E)];

    private static readonly SKColor[] HairTones =
        [new(0xDDB877), new(0xB5713C), new(0x7A4A2B), new(0x4A3020), new(0x231C1A), new(0x9A9690)];

    private static readonly SKColor[] EyeTones = [new(0x5B8DB8), new(0x6A9A6B), new(0x8A6A3C), new(0x4B3020)];

    private static readonly SKColor Shade = new(0x3A2030);

    public required SKColor Skin { get; init; }

    public required SKColor SkinShadow { get; init; }

    public required SKColor SkinLine { get; init; }

    public required SKColor SkinLight { get; init; }

    public required SKColor Blush { get; init; }

    public required SKColor Hair { get; init; }

    public required SKColor HairShadow { get; init; }

    public required SKColor HairLight { get; init; }

    public required SKColor Brow { get; init; }

    public required SKColor Iris { get; init; }

    public required SKColor Lip { get; init; }

    public required SKColor LipShadow { get; init; }

    public required SKColor Clothes { get; init; }

    public required SKColor ClothesShadow { get; init; }

    public required SKColor BackdropLight { get; init; }

    public required SKColor BackdropDark { get; init; }

    /// <summary>The palette of a person.</summary>
    public static Palette Of(FaceIdentity identity)
    {
        var skin = Along(SkinTones, identity.Skin);
        var hair = Along(HairTones, identity.Hair);
        var lip = Mix(skin, new SKColor(0xB03A48), 0.52f);
        return new Palette
        {
            Skin = skin,
            SkinShadow = Mix(skin, new SKColor(0x7A3A30), 0.34f),
            SkinLine = Mix(skin, new SKColor(0x4A2018), 0.62f),
            SkinLight = Mix(skin, new SKColor(0xFFF4E6), 0.45f),
            Blush = Mix(skin, new SKColor(0xE0504C), 0.5f),
            Hair = hair,
            HairShadow = Mix(hair, Shade, 0.5f),
            HairLight = Mix(hair, new SKColor(0xFFE8C8), 0.3f),
            Brow = Mix(hair, new SKColor(0x2A1810), 0.55f),
            Iris = Along(EyeTones, identity.EyeColor),
            Lip = lip,
            LipShadow = Mix(lip, new SKColor(0x5A1824), 0.45f),
            Clothes = SKColor.FromHsl(360 * identity.Clothes, 38, 46),
            ClothesShadow = SKColor.FromHsl(360 * identity.Clothes, 42, 30),
            BackdropLight = SKColor.FromHsl(360 * identity.Background, 34, 84),
            BackdropDark = SKColor.FromHsl((360 * identity.Background) + 18, 30, 62),
        };
    }

    /// <summary>A colour on the way from one to another.</summary>
    public static SKColor Mix(SKColor from, SKColor to, float share) => new(
        (byte)(from.Red + ((to.Red - from.Red) * share)),
        (byte)(from.Green + ((to.Green - from.Green) * share)),
        (byte)(from.Blue + ((to.Blue - from.Blue) * share)),
        byte.MaxValue);

    private static SKColor Along(SKColor[] tones, float position)
    {
        var place = Math.Clamp(position, 0, 1) * (tones.Length - 1);
        var lower = Math.Min((int)place, tones.Length - 2);
        return Mix(tones[lower], tones[lower + 1], place - lower);
    }
}
