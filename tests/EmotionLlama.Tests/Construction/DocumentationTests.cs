using System.Globalization;
using EmotionLlama.Construction;
using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Construction;

/// <summary>The tables of <c>docs/dataset.md</c> are those of the program.</summary>
public sealed class DocumentationTests
{
    private static readonly string[] Lines = File.ReadAllLines(
        Path.Combine(SharedData.Repository, "docs", "dataset.md"));

    [Fact]
    public void It_lists_the_rules() => Assert.Equal(
        EmotionRules.All.Select(rule => string.Create(
            CultureInfo.InvariantCulture,
            $"| {rule.Emotion.ToText()} | {rule.Text} | {Without(rule)} | {rule.Strength} |")),
        Rows("| emotion | units | not with | strength |"));

    [Fact]
    public void It_lists_the_units() => Assert.Equal(
        ActionUnits.All.Select(unit =>
            $"| {unit.Code} | {unit.Name} | {unit.Slight} | {unit.Marked} | {unit.Strong} |"),
        Rows("| unit | name | slight | marked | strong |"));

    private static string Without(EmotionRule rule) => string.Join(", ", rule.Without.Select(ActionUnit.CodeOf));

    private static IEnumerable<string> Rows(string header) =>
        Lines.SkipWhile(line => line != header).Skip(2).TakeWhile(line => line.StartsWith('|'));
}
