using System.Reflection;
using System.Text.Json;

namespace EmotionLlama.Configuration.Binding;

/// <summary>What an enum's values are called in recipes.</summary>
/// <param name="Value">The value.</param>
/// <param name="Names">Its names, the one that is written first.</param>
internal sealed record EnumNames(object Value, IReadOnlyList<string> Names)
{
    /// <summary>The names of all values of an enum.</summary>
    public static IReadOnlyList<EnumNames> Of(Type type) =>
    [
        .. type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => new EnumNames(
            field.GetValue(null)!,
            field.GetCustomAttribute<RecipeValueAttribute>() is { } given
                ? [given.Name, .. given.Others]
                : [JsonNamingPolicy.SnakeCaseLower.ConvertName(field.Name)])),
    ];
}
