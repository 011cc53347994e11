using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace EmotionLlama.Configuration.Binding;

/// <summary>A key of a section of recipes, as its property and the property's attributes define it.</summary>
internal sealed class RecipeProperty
{
    private readonly PropertyInfo _info;
    private readonly RangeAttribute? _range;
    private readonly RegularExpressionAttribute? _pattern;
    private readonly List<string>? _values;
    private readonly int _minLength;

    private RecipeProperty(PropertyInfo info)
    {
        _info = info;
        _range = info.GetCustomAttribute<RangeAttribute>();
        _pattern = info.GetCustomAttribute<RegularExpressionAttribute>();
        _values = info.GetCustomAttribute<AllowedValuesAttribute>()?.Values.OfType<string>().ToList();
        _minLength = info.GetCustomAttribute<MinLengthAttribute>()?.Length ?? 0;
        Key = JsonNamingPolicy.SnakeCaseLower.ConvertName(info.Name);
        Alias = info.GetCustomAttribute<RecipeAliasAttribute>()?.Name;
        PathKind = info.GetCustomAttribute<RecipePathAttribute>()?.Kind;
        // By name: a package brings a second, public RequiredMemberAttribute.
        IsRequired = info.CustomAttributes.Any(attribute => attribute.AttributeType.Name == "RequiredMemberAttribute");
        IsNullable = new NullabilityInfoContext().Create(info).WriteState == NullabilityState.Nullable;

        var type = Nullable.GetUnderlyingType(info.PropertyType) ?? info.PropertyType;
        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        IsMap = generic == typeof(IReadOnlyDictionary<,>);
        IsList = generic == typeof(IReadOnlyList<>);
        Item = IsMap || IsList ? type.GetGenericArguments()[^1] : type;
        IsSection = Item.Namespace == typeof(Recipe).Namespace && Item.IsClass;
    }

    /// <summary>The property's name in C#.</summary>
    public string Name => _info.Name;

    /// <summary>The record that has the property.</summary>
    public Type Section => _info.DeclaringType!;

    /// <summary>The key in YAML.</summary>
    public string Key { get; }

    /// <summary>A second key that means the same.</summary>
    public string? Alias { get; }

    /// <summary>What the value names, where it is a path.</summary>
    public PathKind? PathKind { get; }

    /// <summary>Whether a recipe must have the key.</summary>
    public bool IsRequired { get; }

    /// <summary>Whether null is a value.</summary>
    public bool IsNullable { get; }

    /// <summary>Whether the value is a map of names to items.</summary>
    public bool IsMap { get; }

    /// <summary>Whether the value is a list of items.</summary>
    public bool IsList { get; }

    /// <summary>Whether the value, or each of its items, is a section with keys of its own.</summary>
    public bool IsSection { get; }

    /// <summary>The type of the value, without null, or of each item of a map or list.</summary>
    public Type Item { get; }

    /// <summary>The keys of a section: those of its properties that can be set.</summary>
    public static IReadOnlyList<RecipeProperty> Of(Type section) =>
    [
        .. section.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(info => info.CanWrite)
            .Select(info => new RecipeProperty(info)),
    ];

    /// <summary>The property's value in a section.</summary>
    public object? Get(object section) => _info.GetValue(section);

    /// <summary>Sets the property while its section is being read.</summary>
    public void Set(object section, object? value) => _info.SetValue(section, value);

    /// <summary>Whether a value, or one item, is in the range or the list that the property allows.</summary>
    public bool Allows(object value) => value switch
    {
        "" when PathKind is not null => false,
        string text => _values?.Contains(text) != false && _pattern?.IsValid(text) != false,
        int or long or double => _range is null || InRange(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        _ => true,
    };

    /// <summary>Whether a map or list may have this many items.</summary>
    public bool AllowsCount(int count) => count >= _minLength;

    /// <summary>What the value must be, or each item, as in "a whole number of 1 or more".</summary>
    public string Describe()
    {
        if (_values is not null)
            return OneOf(_values);
        if (Item.IsEnum)
            return OneOf(EnumNames.Of(Item).SelectMany(value => value.Names));
        if (Item == typeof(bool))
            return "true or false";
        if (Item == typeof(int) || Item == typeof(long))
            return "a whole number" + DescribeRange();
        if (Item == typeof(double))
            return "a number" + DescribeRange();

        return _pattern?.ErrorMessage ?? PathKind switch
        {
            Binding.PathKind.File => "a file",
            Binding.PathKind.FileOrFolder => "a file or folder",
            Binding.PathKind.Folder or Binding.PathKind.Output => "a folder",
            _ => "text",
        };
    }

    private static string OneOf(IEnumerable<string> names) =>
        names.ToList() is [var only] ? only : "one of " + string.Join(", ", names);

    private (double Least, double Most) Bounds() =>
        (Convert.ToDouble(_range!.Minimum, CultureInfo.InvariantCulture),
            Convert.ToDouble(_range.Maximum, CultureInfo.InvariantCulture));

    private bool InRange(double value)
    {
        var (least, most) = Bounds();
        return (_range!.MinimumIsExclusive ? value > least : value >= least)
            && (_range.MaximumIsExclusive ? value < most : value <= most);
    }

    private string DescribeRange()
    {
        if (_range is null)
            return "";

        var (least, most) = Bounds();
        if (most >= int.MaxValue)
            return _range.MinimumIsExclusive ? $" above {least}" : $" of {least} or more";

        return _range.MaximumIsExclusive ? $" from {least} to less than {most}" : $" from {least} to {most}";
    }
}
