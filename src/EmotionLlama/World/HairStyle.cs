namespace EmotionLlama.World;

/// <summary>How the hair of a rendered person is cut.</summary>
public enum HairStyle
{
    /// <summary>Shaved to a shadow.</summary>
    Shaved,

    /// <summary>Short, combed back.</summary>
    Cropped,

    /// <summary>Short, with a parting at the side.</summary>
    SideParted,

    /// <summary>Round and curly.</summary>
    Curly,

    /// <summary>Down to the jaw, with a fringe.</summary>
    Bob,

    /// <summary>Down to the shoulders.</summary>
    ShoulderLength,
}
