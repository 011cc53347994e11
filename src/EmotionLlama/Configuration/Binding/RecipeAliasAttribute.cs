namespace EmotionLlama.Configuration.Binding;

/// <summary>Gives a key of a recipe a second name.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RecipeAliasAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
