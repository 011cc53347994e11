namespace EmotionLlama.World;

/// <summary>What stays the same about a person in a clip. Proportions are factors around 1; colours are positions in
/// [0, 1] on the renderer's palettes.</summary>
public sealed record FaceIdentity
{
    /// <summary>Skin, from light to dark.</summary>
    public required float Skin { get; init; }

    /// <summary>Hair, from blond over red and brown to black, and grey at the end.</summary>
    public required float Hair { get; init; }

    /// <summary>How the hair is cut.</summary>
    public required HairStyle HairStyle { get; init; }

    /// <summary>Iris, from blue over green to brown.</summary>
    public required float EyeColor { get; init; }

    /// <summary>Clothes, around the colour circle.</summary>
    public required float Clothes { get; init; }

    /// <summary>Background, around the colour circle.</summary>
    public required float Background { get; init; }

    /// <summary>Width of the head.</summary>
    public required float HeadWidth { get; init; }

    /// <summary>Width of the jaw.</summary>
    public required float JawWidth { get; init; }

    /// <summary>Length of the face.</summary>
    public required float FaceLength { get; init; }

    /// <summary>Distance between the eyes.</summary>
    public required float EyeSpacing { get; init; }

    /// <summary>Size of the eyes.</summary>
    public required float EyeSize { get; init; }

    /// <summary>Thickness of the brows.</summary>
    public required float BrowThickness { get; init; }

    /// <summary>Width of the nose.</summary>
    public required float NoseWidth { get; init; }

    /// <summary>Fullness of the lips.</summary>
    public required float LipFullness { get; init; }

    /// <summary>Whether the person wears glasses.</summary>
    public required bool Glasses { get; init; }
}
