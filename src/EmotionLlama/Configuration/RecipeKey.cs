namespace EmotionLlama.Configuration;

/// <summary>A key that recipes may have.</summary>
/// <param name="Key">The full name with dots; <c>*</c> stands for a name that the recipe gives, or for an entry of a
/// list.</param>
/// <param name="Value">What the value must be, as in "a whole number of 1 or more".</param>
/// <param name="Default">The value where the recipe leaves the key out, in YAML; null where it must not.</param>
/// <param name="Meaning">What it does.</param>
public sealed record RecipeKey(string Key, string Value, string? Default, string Meaning);
