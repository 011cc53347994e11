namespace EmotionLlama.World;

/// <summary>How much of the scene a rendered frame shows.</summary>
public enum FaceFraming
{
    /// <summary>Head, shoulders and background.</summary>
    Scene,

    /// <summary>The face alone, from the brows to the chin, as a face detector would crop it.</summary>
    Face,
}
