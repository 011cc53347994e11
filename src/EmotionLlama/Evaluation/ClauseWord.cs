namespace EmotionLlama.Evaluation;

/// <summary>A word of a text, or a mark that ends a clause.</summary>
/// <param name="Start">Where it begins, in characters.</param>
/// <param name="Text">The word, in lower case and with a straight apostrophe.</param>
public readonly record struct ClauseWord(int Start, string Text)
{
    /// <summary>Its length in characters.</summary>
    public int Length => Text.Length;

    /// <summary>Where it ends, in characters.</summary>
    public int End => Start + Text.Length;

    /// <summary>Whether it is punctuation, or the end of a line.</summary>
    public bool IsBreak => !char.IsLetter(Text[0]);
}
