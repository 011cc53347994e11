using EmotionLlama.Datasets;

namespace EmotionLlama.Construction;

/// <summary>How pleasant the emotions are, from -5 to 5: the order is that of the circumplex of affect (Russell 1980),
/// the figures are ours.</summary>
public static class EmotionValence
{
    private const double Marked = 2;

    /// <summary>The valence of an emotion.</summary>
    public static double Of(Emotion emotion) => emotion switch
    {
        Emotion.Happy => 4,
        Emotion.Surprise or Emotion.Neutral => 0,
        Emotion.Doubt => -1,
        Emotion.Worried => -2,
        Emotion.Contempt => -2.5,
        Emotion.Sad or Emotion.Disgust => -3,
        Emotion.Fear => -3.5,
        Emotion.Angry => -4,
        _ => throw new ArgumentOutOfRangeException(nameof(emotion), emotion, "not an emotion"),
    };

    /// <summary>Whether one of two emotions is clearly pleasant and the other clearly unpleasant.</summary>
    public static bool AreOpposite(Emotion first, Emotion second)
    {
        var (a, b) = (Of(first), Of(second));
        return Math.Abs(a) >= Marked && Math.Abs(b) >= Marked && a * b < 0;
    }
}
