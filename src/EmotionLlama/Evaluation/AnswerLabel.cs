using System.Text.RegularExpressions;
using EmotionLlama.Datasets;

namespace EmotionLlama.Evaluation;

/// <summary>What an answer in free text comes to.</summary>
/// <param name="Emotion">The emotion it concludes; null where it names none or refuses.</param>
/// <param name="IsRefusal">Whether it refuses to say what the person feels.</param>
public readonly partial record struct AnswerLabel(Emotion? Emotion, bool IsRefusal)
{
    /// <summary>Reads an answer. One that begins with a refusal names nothing, even where it goes on about "happy or
    /// sad"; a refusal further on counts only where no emotion is named, since it may be what the person in the clip
    /// says.</summary>
    public static AnswerLabel Read(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (Refusal.Is(FirstClause().Match(answer).Value))
            return new AnswerLabel(null, IsRefusal: true);

        var emotion = EmotionLabelParser.Parse(answer);
        return new AnswerLabel(emotion, emotion is null && Refusal.Is(answer));
    }

    [GeneratedRegex(@"^\s*[^.!?:\n]*")]
    private static partial Regex FirstClause();
}
