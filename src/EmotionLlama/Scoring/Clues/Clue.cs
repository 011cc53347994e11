namespace EmotionLlama.Scoring.Clues;

/// <summary>Something seen or heard that tells of an emotion, such as a furrowed brow.</summary>
/// <param name="Part">Where it belongs: <c>face</c>, <c>voice</c>, <c>words</c>, <c>body</c> or <c>scene</c>.</param>
/// <param name="Name">The canonical name of the lexicon, such as <c>brow furrowed</c>.</param>
/// <param name="Negated">Whether the text says that it is absent: <c>not loud</c> is another clue than
/// <c>loud</c>.</param>
public sealed record Clue(string Part, string Name, bool Negated = false)
{
    /// <summary>The name, after <c>not</c> where negated.</summary>
    public override string ToString() => Negated ? $"not {Name}" : Name;
}
