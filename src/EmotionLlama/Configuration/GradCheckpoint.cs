using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>Which activations of the Llama's layers are computed again in the backward pass instead of being kept.
/// </summary>
public enum GradCheckpoint
{
    /// <summary>None: the fastest, and most memory.</summary>
    [RecipeValue("false")]
    None,

    /// <summary>Those inside the feed-forward, the largest: about two fifths less memory for a seventh more
    /// time.</summary>
    Selective,

    /// <summary>All inside a layer: least memory, about a third more time.</summary>
    [RecipeValue("true")]
    Full,
}
