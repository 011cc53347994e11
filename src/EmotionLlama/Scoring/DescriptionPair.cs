namespace EmotionLlama.Scoring;

/// <summary>A description to be scored, beside the true one of the same clip.</summary>
/// <param name="Truth">What an annotator wrote.</param>
/// <param name="Prediction">What a system wrote.</param>
public sealed record DescriptionPair(EmotionDescription Truth, EmotionDescription Prediction)
{
    /// <summary>The clip.</summary>
    public string Name => Truth.Name;
}
