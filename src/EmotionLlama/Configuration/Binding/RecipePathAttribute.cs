namespace EmotionLlama.Configuration.Binding;

/// <summary>Marks a key whose value is a path. <c>~</c> is the home folder. A relative path counts from the working
/// directory; one that leads nowhere from there counts from the recipe's folder. Empty means null.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RecipePathAttribute(PathKind kind) : Attribute
{
    public PathKind Kind { get; } = kind;
}
