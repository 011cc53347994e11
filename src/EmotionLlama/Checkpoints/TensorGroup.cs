using System.Globalization;
using System.Text.RegularExpressions;

namespace EmotionLlama.Checkpoints;

/// <summary>Tensors of one module, so that a list of hundreds fits a line.</summary>
/// <param name="Module">The module, such as <c>head</c>, <c>blocks.0-38</c> or <c>LoRA of q_proj in layers 0-31</c>.
/// </param>
/// <param name="Tensors">How many there are.</param>
public sealed partial record TensorGroup(string Module, int Tensors)
{
    /// <summary>The module and the number of its tensors.</summary>
    public override string ToString() => $"{Module.Printable()} ({Tensors})";

    /// <summary>Groups names by module, in their order: those of numbered layers together, LoRA matrices by the map that
    /// they adapt.</summary>
    public static IReadOnlyList<TensorGroup> Of(IEnumerable<string> names) =>
    [
        .. names.Select(name => (Module: ModuleOf(name, out var number), number))
            .GroupBy(item => item.Module, StringComparer.Ordinal)
            .Select(group => new TensorGroup(
                group.Key.Replace(Numbers, Ranges(group.Select(item => item.number)), StringComparison.Ordinal),
                group.Count())),
    ];

    /// <summary>Groups in one line; the last ones as a number where there are many.</summary>
    public static string Join(IEnumerable<string> names)
    {
        const int Shown = 8;
        var groups = Of(names);
        var hidden = groups.Skip(Shown).Sum(group => group.Tensors);
        return string.Join(", ", groups.Take(Shown)) + (hidden > 0 ? $" and {hidden} more tensors" : "");
    }

    /// <summary>Stands for the numbers of the layers.</summary>
    private const string Numbers = "\0";

    private static string ModuleOf(string name, out long? number)
    {
        number = null;
        if (Lora().Match(name) is { Success: true } lora)
        {
            number = Parse(lora.Groups["layer"].Value);
            return $"LoRA of {lora.Groups["map"].Value} in layers {Numbers}";
        }

        if (Layer().Match(name) is { Success: true } layer)
        {
            number = Parse(layer.Groups["layer"].Value);
            return layer.Groups["before"].Value + Numbers;
        }

        var dot = name.LastIndexOf('.');
        return dot > 0 ? name[..dot] : name;
    }

    private static string Ranges(IEnumerable<long?> numbers)
    {
        var sorted = numbers.OfType<long>().Distinct().Order().ToList();
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

    private static long Parse(string digits) => long.Parse(digits, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"layers\.(?<layer>[0-9]{1,9})\..*?(?<map>\w+)\.lora_[AB]\.", RegexOptions.ExplicitCapture)]
    private static partial Regex Lora();

    [GeneratedRegex(@"^(?<before>.*?\.)(?<layer>[0-9]{1,9})\.", RegexOptions.ExplicitCapture)]
    private static partial Regex Layer();
}
