namespace EmotionLlama.Scoring.Wheel;

/// <summary>Emotion wheels, and how labels of any vocabulary find their words on them.</summary>
public sealed class EmotionWheels
{
    private readonly Func<string, IReadOnlyList<string>> _wordsOf;

    internal EmotionWheels(IReadOnlyList<EmotionWheel> wheels, Func<string, IReadOnlyList<string>> wordsOf)
    {
        Wheels = wheels;
        _wordsOf = wordsOf;
    }

    /// <summary>The project's own wheel: twelve groups, some fifty emotions, the English words for them.</summary>
    public static EmotionWheels BuiltIn { get; } = EmotionVocabulary.BuiltIn.ToWheels();

    /// <summary>The wheels.</summary>
    public IReadOnlyList<EmotionWheel> Wheels { get; }

    /// <summary>Reads wheels in the form that open-vocabulary emotion recognition shares them in: <c>format.csv</c>
    /// (word form to base words), <c>synonym.xlsx</c> (base word to wheel words) and <c>wheel1.xlsx</c>,
    /// <c>wheel2.xlsx</c> …</summary>
    /// <exception cref="InputException">A file is missing or is laid out differently.</exception>
    public static EmotionWheels Open(string folder) => WheelFolder.Read(folder);

    /// <summary>The group of a label on one wheel; null where the wheel has no word for it.</summary>
    /// <remarks>The label is trimmed and lower-cased; its word forms lead to base words, those to wheel words, and the
    /// first of these in ordinal order that the wheel knows counts.</remarks>
    public string? Map(string label, EmotionWheel wheel, WheelLevel level)
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(wheel);
        foreach (var word in _wordsOf(label.Trim().ToLowerInvariant()))
        {
            if (wheel.GroupOf(word, level) is { } group)
                return group;
        }

        return null;
    }

    /// <summary>The groups of labels on one wheel; labels the wheel has no word for drop out.</summary>
    public IReadOnlySet<string> Map(IEnumerable<string> labels, EmotionWheel wheel, WheelLevel level)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return labels.Select(label => Map(label, wheel, level)).OfType<string>().ToHashSet(StringComparer.Ordinal);
    }
}
