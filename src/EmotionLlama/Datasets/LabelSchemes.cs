using System.Collections.Frozen;
using EmotionLlama.Configuration;
using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Datasets;

/// <summary>The labels of test sets.</summary>
public static class LabelSchemes
{
    private static readonly Emotion[] Merr =
    [
        Emotion.Neutral, Emotion.Angry, Emotion.Happy, Emotion.Sad, Emotion.Worried, Emotion.Surprise, Emotion.Fear,
        Emotion.Contempt, Emotion.Doubt,
    ];

    private static readonly Emotion[] Mer = Merr[..6];

    private static readonly Emotion[] Dfew =
    [
        Emotion.Happy, Emotion.Sad, Emotion.Neutral, Emotion.Angry, Emotion.Surprise, Emotion.Disgust, Emotion.Fear,
    ];

    /// <summary>The other words by which annotation files of test sets write labels.</summary>
    private static readonly FrozenDictionary<string, Emotion> WordForms = new Dictionary<string, Emotion>
    {
        ["anger"] = Emotion.Angry,
        ["happiness"] = Emotion.Happy,
        ["sadness"] = Emotion.Sad,
        ["worry"] = Emotion.Worried,
        ["surprised"] = Emotion.Surprise,
        ["fearful"] = Emotion.Fear,
        ["contemptuous"] = Emotion.Contempt,
        ["doubtful"] = Emotion.Doubt,
        ["disgusted"] = Emotion.Disgust,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The labels of a scheme, in the order in which its authors list them.</summary>
    public static IReadOnlyList<Emotion> Labels(this LabelScheme scheme) => scheme switch
    {
        LabelScheme.Merr => Merr,
        LabelScheme.Mer2023 or LabelScheme.Mer2024 => Mer,
        LabelScheme.Dfew => Dfew,
        _ => throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "not a label scheme"),
    };

    /// <summary>A scheme's name in recipes, such as <c>mer2023</c>.</summary>
    public static string ToText(this LabelScheme scheme) => ScalarText.Write(scheme).Value!;

    /// <summary>The label that an annotation file writes as a word, such as <c>happy</c> or <c>happiness</c>; upper and
    /// lower case are one.</summary>
    /// <exception cref="InputException">The word is none of the scheme's labels.</exception>
    public static Emotion Parse(this LabelScheme scheme, string word)
    {
        var labels = scheme.Labels();
        return (EmotionNames.TryParse(word, out var emotion) || WordForms.TryGetValue(word, out emotion))
            && labels.Contains(emotion)
            ? emotion
            : throw new InputException(EmotionNames.Unknown(word, [.. labels.Select(label => label.ToText())]));
    }
}
