using System.Collections.Frozen;
namespace EmotionLlama.Datasets;

/// <summary>The words by which an English text names an emotion: the label, its word forms and close synonyms. Words that
/// as often name a clue as a feeling (tense, smile, frown) are left out.</summary>
internal static class EmotionLexicon
{
    private static readonly FrozenDictionary<string, Emotion> Words = Build();

    /// <summary>The emotion a lower-case word names.</summary>
    public static bool TryGet(ReadOnlySpan<char> word, out Emotion emotion) =>
        Words.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out emotion);

    private static FrozenDictionary<string, Emotion> Build()
    {
        (Emotion Emotion, string Words)[] entries =
        [
            (Emotion.Neutral, "neutral neutrality neutrally calm calmly calmness impassive impassively unemotional "
                + "emotionless indifferent indifference"),
            (Emotion.Angry, "angry angrily angrier anger angered mad furious furiously fury rage raging enraged irate "
                + "outrage outraged annoyed annoyance irritated irritation irritable frustrated frustration indignant "
                + "indignation resentful resentment hostile hostility"),
            (Emotion.Happy, "happy happily happier happiness joy joyful joyfully joyous delight delighted glad "
                + "gladness cheerful cheerfully cheerfulness pleased elated elation amused amusement excited excitedly "
                + "excitement"),
            (Emotion.Sad, "sad sadly sadder sadness sorrow sorrowful sorrowfully unhappy unhappiness grief grieving "
                + "gloomy miserable misery depressed depression melancholy melancholic dejected dejection heartbroken "
                + "despair despairing disappointed disappointment"),
            (Emotion.Worried, "worried worriedly worry worries worrying anxious anxiously anxiety nervous nervously "
                + "nervousness uneasy uneasily unease uneasiness apprehensive apprehensively apprehension concerned"),
            (Emotion.Surprise, "surprise surprised astonished astonishment amazed amazement startled shocked stunned"),
            (Emotion.Fear, "fear fears fearful fearfully fearing afraid scared frightened fright terrified terror "
                + "horrified horror panic panicked panicking dread dreading"),
            (Emotion.Contempt, "contempt contemptuous contemptuously disdain disdainful disdainfully scorn scornful "
                + "scornfully derision derisive"),
            (Emotion.Doubt, "doubt doubts doubtful doubtfully doubting dubious sceptical sceptically scepticism "
                + "skeptical skeptically skepticism suspicious suspiciously suspicion unsure uncertain uncertainty "
                + "confused confusion puzzled puzzlement"),
            (Emotion.Disgust, "disgust disgusted disgustedly disgusting revulsion revolted repulsed repulsion repugnance "
                + "loathing nauseated"),
        ];

        return entries
            .SelectMany(entry => entry.Words.Split(' ').Select(word => KeyValuePair.Create(word, entry.Emotion)))
            .ToFrozenDictionary(StringComparer.Ordinal);
    }
}
