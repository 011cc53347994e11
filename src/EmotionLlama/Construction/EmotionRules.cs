using EmotionLlama.Datasets;

namespace EmotionLlama.Construction;

/// <summary>Which combinations of action units speak for which emotion.</summary>
/// <remarks>The full combinations are prototypes of EMFACS (Friesen and Ekman 1983) as published in Ekman, Friesen and
/// Hager (2002), and the four that the Emotion-LLaMA paper names (surprise 5+26, happiness 6+12, sadness 1+4+15, anger
/// 4+5+7+23). Parts of them are weaker. Worry and doubt have no prototype: their rules are ours, after mild fear and
/// after raised or lowered brows over a pushed-up chin. The strengths are ours.</remarks>
public static class EmotionRules
{
    internal const double HighestIntensity = 5;

    /// <summary>All rules. Of equally strong ones the earlier counts.</summary>
    public static IReadOnlyList<EmotionRule> All { get; } =
    [
        new(Emotion.Happy, [6, 12], [], 1),
        new(Emotion.Happy, [12, 25], [4, 14, 15], 0.7),
        new(Emotion.Happy, [12], [4, 14, 15], 0.6),

        new(Emotion.Sad, [1, 4, 15], [], 1),
        new(Emotion.Sad, [1, 4, 15, 17], [], 1),
        new(Emotion.Sad, [1, 15], [12], 0.8),
        new(Emotion.Sad, [6, 15], [12], 0.7),
        new(Emotion.Sad, [11, 17], [12], 0.6),
        new(Emotion.Sad, [15, 17], [9, 12, 23], 0.6),

        new(Emotion.Surprise, [1, 2, 5, 26], [4], 1),
        new(Emotion.Surprise, [1, 2, 5, 27], [4], 1),
        new(Emotion.Surprise, [1, 2, 5], [4], 0.8),
        new(Emotion.Surprise, [5, 26], [4, 20], 0.8),
        new(Emotion.Surprise, [1, 2, 26], [4, 20], 0.7),

        new(Emotion.Fear, [1, 2, 4, 5, 20, 26], [], 1),
        new(Emotion.Fear, [1, 2, 4, 5, 20], [], 1),
        new(Emotion.Fear, [1, 2, 4, 5], [], 0.8),
        new(Emotion.Fear, [5, 20], [], 0.7),

        new(Emotion.Angry, [4, 5, 7, 23], [], 1),
        new(Emotion.Angry, [4, 5, 7, 24], [], 1),
        new(Emotion.Angry, [4, 7, 23], [1], 0.8),
        new(Emotion.Angry, [4, 5, 7], [1, 2], 0.8),
        new(Emotion.Angry, [4, 23], [1], 0.7),
        new(Emotion.Angry, [4, 7, 10], [1, 9], 0.6),

        new(Emotion.Disgust, [9, 16], [], 0.9),
        new(Emotion.Disgust, [9, 17], [], 0.9),
        new(Emotion.Disgust, [10, 17], [], 0.7),
        new(Emotion.Disgust, [9], [12], 0.7),

        new(Emotion.Contempt, [10, 14], [], 0.8),
        new(Emotion.Contempt, [12, 14], [6], 0.8),
        new(Emotion.Contempt, [14], [6, 12], 0.6),

        new(Emotion.Worried, [1, 2, 4], [5, 15], 0.7),
        new(Emotion.Worried, [1, 4, 7], [5, 12, 15], 0.7),
        new(Emotion.Worried, [1, 4], [5, 12, 15], 0.6),

        new(Emotion.Doubt, [2, 17], [1, 15], 0.6),
        new(Emotion.Doubt, [4, 17], [1, 9, 15, 23], 0.6),
    ];
}
