namespace EmotionLlama.World;

/// <summary>What a person in a clip says.</summary>
/// <param name="Text">The sentence, ending with a full stop, an exclamation mark or a question mark.</param>
/// <param name="Gist">What it is about in a few words, such as <c>a victory</c>.</param>
public sealed record SpokenLine(string Text, string Gist);
