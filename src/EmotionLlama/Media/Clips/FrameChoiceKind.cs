namespace EmotionLlama.Media.Clips;

/// <summary>Which frame stands for a clip.</summary>
public enum FrameChoiceKind
{
    /// <summary>The first, as the original takes it.</summary>
    First,

    /// <summary>The one in the middle: frame n / 2 of n, counted from 0.</summary>
    Middle,

    /// <summary>The one where the face moves most, whose number the annotations know.</summary>
    Peak,

    /// <summary>One of a given number.</summary>
    Index,
}
