using EmotionLlama.Evaluation;

namespace EmotionLlama.Scoring.Wheel;

/// <summary>Reads the emotion words out of a free text.</summary>
public static class LabelReader
{
    /// <summary>The emotions a text names, in its words and order, each once.</summary>
    public static IReadOnlyList<string> Read(string text)
    {
        var words = ClauseWords.Split(text);
        var labels = new List<string>();
        for (var index = 0; index < words.Count; index++)
        {
            var word = words[index].Text;
            if (EmotionVocabulary.BuiltIn.Knows(word) && !words.IsNegated(index) && !labels.Contains(word))
                labels.Add(word);
        }

        return labels;
    }
}
