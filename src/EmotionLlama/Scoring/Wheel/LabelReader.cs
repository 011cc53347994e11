using System.Collections.Frozen;
using EmotionLlama.Evaluation;
using EmotionLlama.Scoring.Clues;

namespace EmotionLlama.Scoring.Wheel;

/// <summary>Reads the emotion words out of a free text.</summary>
/// <remarks>Descriptions reason from clues to a conclusion. So where sentences conclude (therefore, inferred that, so
/// she …), only the words behind the concluding word count; else all that do not just describe a clue ("a calm
/// voice"); else those too. Denied words and words in quotes never count.</remarks>
public static class LabelReader
{
    private static readonly FrozenSet<string> Concluding = FrozenSet.Create(
        "infer", "inferred", "infers", "therefore", "thus", "hence", "deduce", "deduced", "conclude", "concluded",
        "concludes", "conclusion", "consequently", "speculated", "overall");

    private static readonly FrozenSet<string> Subjects = FrozenSet.Create(
        "the", "he", "she", "it", "they", "this", "his", "her", "their", "we", "i");

    private static readonly FrozenSet<string> ClueNouns = FrozenSet.Create(
        "voice", "tone", "face", "facial", "expression", "expressions", "look", "smile", "frown", "eyes", "eye", "gaze",
        "brow", "brows", "eyebrows", "mouth", "lips", "pitch", "speech", "words", "word", "gesture", "gestures",
        "posture", "laugh", "intonation", "conversation", "atmosphere", "manner", "situation");

    /// <summary>The emotions a text names, in its order, each once; English words whatever the text's
    /// language.</summary>
    public static IReadOnlyList<string> Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var unquoted = Quotation.WithoutQuotes(text);
        var mentions = HanText.Is(text) ? ChineseLabels.Read(unquoted) : ReadEnglish(unquoted);
        Predicate<LabelMention>[] preferences =
            [mention => mention.Concludes, mention => !mention.Describes, _ => true];
        return preferences
            .Select(prefers => mentions.FindAll(prefers))
            .Where(preferred => preferred.Count > 0)
            .Select(preferred => preferred.Select(mention => mention.Label).Distinct(StringComparer.Ordinal).ToArray())
            .FirstOrDefault([]);
    }

    private static List<LabelMention> ReadEnglish(string text)
    {
        var words = ClauseWords.Split(text);
        var mentions = new List<LabelMention>();
        var concludes = false;
        for (var index = 0; index < words.Count; index++)
        {
            var word = words[index].Text;
            if (word is "." or "!" or "?" or ";" or "\n")
                concludes = false;
            else if (IsConcluding(words, index))
                concludes = true;
            else if (EmotionVocabulary.BuiltIn.NamesEmotion(word) && !words.IsNegated(index))
                mentions.Add(new(word, concludes, DescribesClue(words, index)));
        }

        return mentions;
    }

    private static bool DescribesClue(ClauseWords words, int index) =>
        index + 1 < words.Count && ClueNouns.Contains(words[index + 1].Text);

    private static bool IsConcluding(ClauseWords words, int index) =>
        Concluding.Contains(words[index].Text)
        || (words[index].Text == "so" && index + 1 < words.Count && Subjects.Contains(words[index + 1].Text));
}
