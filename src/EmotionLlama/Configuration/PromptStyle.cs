namespace EmotionLlama.Configuration;

/// <summary>How a prompt is laid out when generating.</summary>
public enum PromptStyle
{
    /// <summary>As in training: image tokens at <c>&lt;VideoHere&gt;</c>, features at <c>&lt;FeatureHere&gt;</c>, one
    /// beginning-of-sequence token.</summary>
    Standard,

    /// <summary>As the original project generates: all inserted embeddings at <c>&lt;VideoHere&gt;</c>,
    /// <c>&lt;FeatureHere&gt;</c> left as text, two beginning-of-sequence tokens.</summary>
    Original,
}
