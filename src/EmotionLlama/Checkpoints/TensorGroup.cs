using System.Globalization;

namespace EmotionLlama.Checkpoints;

/// <summary>Tensors of one module, so that a list of hundreds fits a line.</summary>
/// <param name="Module">The module, such as <c>head</c>, <c>blocks.0-38</c> or <c>LoRA of q_proj in layers 0-31</c>.
/// </param>
/// <param name="Tensors">How many there are.</param>
public sealed record TensorGroup(string Module, int Tensors)
{
    private const int ShownGroups = 8;

    /// <summary>The module and the number of its tensors.</summary>
    public override string ToString() => $"{Module.Printable()} ({Tensors})";

    /// <summary>Groups names by module, in their order: those of numbered layers together, LoRA matrices by the map
    /// that they adapt.</summary>
    public static IReadOnlyList<TensorGroup> Of(IEnumerable<string> names) =>
    [
        .. names.Select(Place).GroupBy(place => place.Module, StringComparer.Ordinal).Select(group =>
            new TensorGroup(group.Key + Ranges(group.Select(place => place.Layer)), group.Count())),
    ];

    /// <summary>Groups in one line; the last ones as a number where there are many.</summary>
    public static string Join(IEnumerable<string> names)
    {
        var groups = Of(names);
        var hidden = groups.Skip(ShownGroups).Sum(group => group.Tensors);
        return string.Join(", ", groups.Take(ShownGroups)) + (hidden > 0 ? $" and {hidden} more tensors" : "");
    }

    /// <summary>The module of a name, and the number of the layer that ends it.</summary>
    private static (string Module, int? Layer) Place(string name)
    {
        var parts = name.Split('.');
        var at = Array.FindIndex(parts, part => NumberOf(part) is not null);
        var layer = at < 0 ? null : NumberOf(parts[at]);
        var lora = Array.FindIndex(parts, part => part is "lora_A" or "lora_B");
        if (lora > at + 1 && layer is not null)
            return ($"LoRA of {parts[lora - 1]} in layers ", layer);

        return layer is not null
            ? ($"{string.Join('.', parts[..at])}.", layer)
            : (parts.Length > 1 ? string.Join('.', parts[..^1]) : name, null);
    }

    private static int? NumberOf(string part) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Ranges(IEnumerable<int?> numbers)
    {
        var sorted = numbers.OfType<int>().Distinct().Order().ToList();
        var ranges = new List<string>();
        for (var i = 0; i < sorted.Count;)
        {
            var first = i++;
            while (i < sorted.Count && sorted[i] == sorted[i - 1] + 1)
                i++;

            ranges.Add(i - first == 1 ? $"{sorted[first]}" : $"{sorted[first]}-{sorted[i - 1]}");
        }

        return string.Join(", ", ranges);
    }
}
