namespace EmotionLlama.World;

/// <summary>What the spoken line of a clip is about.</summary>
public enum WordsCue
{
    /// <summary>Good news.</summary>
    Pleasant,

    /// <summary>Bad news.</summary>
    Unpleasant,
}
