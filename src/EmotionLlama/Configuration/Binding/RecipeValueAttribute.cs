namespace EmotionLlama.Configuration.Binding;

/// <summary>What an enum value is called in a recipe, where that is not its name in snake case. The first name is the
/// one that is written; the others are read as well.</summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class RecipeValueAttribute(string name, params string[] others) : Attribute
{
    public string Name { get; } = name;

    public IReadOnlyList<string> Others { get; } = others;
}
