using System.Collections.Frozen;
using EmotionLlama.Datasets;

namespace EmotionLlama.Evaluation;

/// <summary>Finds the emotion that a free-text answer concludes.</summary>
/// <remarks>
/// <para>A caption mentions clues first and concludes at the end, so the rules are:</para>
/// <list type="number">
/// <item>Words of the lexicon (labels, word forms, close synonyms) are matched whole, in any case.</item>
/// <item>A negated word is skipped; <see cref="ClauseWords"/> says how far a negation reaches.</item>
/// <item>A word right before a clue's noun ("calm voice") describes the clue; it counts only where nothing else
/// does.</item>
/// <item>Of the words that are left, the last one is the conclusion.</item>
/// </list>
/// </remarks>
public static class EmotionLabelParser
{
    private static readonly FrozenSet<string> ClueNouns = FrozenSet.Create(
        "voice", "tone", "face", "expression", "look", "smile", "frown", "eyes", "eye", "gaze", "brow", "brows",
        "eyebrows", "mouth", "lips", "pitch", "speech", "words", "word", "gesture", "gestures", "posture", "laugh");

    /// <summary>The emotion an answer concludes; null where it names none.</summary>
    public static Emotion? Parse(string answer)
    {
        Emotion? conclusion = null;
        Emotion? description = null;
        foreach (var mention in FindMentions(answer))
        {
            if (mention.Negated)
                continue;

            if (mention.Describes)
                description = mention.Emotion;
            else
                conclusion = mention.Emotion;
        }

        return conclusion ?? description;
    }

    /// <summary>Every word of a text that names an emotion, in order.</summary>
    public static IReadOnlyList<EmotionMention> FindMentions(string text)
    {
        var words = ClauseWords.Split(text);
        var mentions = new List<EmotionMention>();
        for (var index = 0; index < words.Count; index++)
        {
            var word = words[index];
            if (!EmotionLexicon.TryGet(word.Text, out var emotion))
                continue;

            var describes = index + 1 < words.Count && ClueNouns.Contains(words[index + 1].Text);
            mentions.Add(new(word.Start, word.Length, emotion, words.IsNegated(index), describes));
        }

        return mentions;
    }
}
