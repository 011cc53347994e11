using EmotionLlama.Construction;
using EmotionLlama.Evaluation;
using EmotionLlama.Scoring.Clues;

namespace EmotionLlama.Tests.Construction;

public sealed class ActionUnitsTests
{
    public static TheoryData<int> Units => [.. ActionUnits.All.Select(unit => unit.Number)];

    [Fact]
    public void Every_unit_that_OpenFace_knows_has_a_text() => Assert.All(
        [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 28, 45],
        unit => Assert.NotNull(ActionUnits.Find(unit)));

    [Theory]
    [MemberData(nameof(Units))]
    public void Each_intensity_has_a_line_of_its_own_that_names_no_emotion(int number)
    {
        var unit = ActionUnits.Find(number)!;
        string[] lines = [unit.Slight, unit.Marked, unit.Strong];

        Assert.Distinct(lines);
        Assert.All(lines, line =>
        {
            Assert.DoesNotContain('\n', line);
            Assert.DoesNotContain("AU", line, StringComparison.Ordinal);
            Assert.Empty(EmotionLabelParser.FindMentions(line));
        });
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void The_lines_of_a_unit_are_read_as_the_clue_that_its_code_stands_for(int number)
    {
        if (ClueLexicon.English.ClueOfUnit(number) is not { } clue)
            return;

        var unit = ActionUnits.Find(number)!;
        Assert.All(
            [unit.Slight, unit.Marked, unit.Strong],
            line => Assert.Contains(clue, ClueReader.Read(line).Select(mention => mention.Clue)));
    }

    [Theory]
    [InlineData(0.4, "a faint smile pulls the lip corners")]
    [InlineData(1.99, "a faint smile pulls the lip corners")]
    [InlineData(2, "a smile pulls the lip corners up")]
    [InlineData(3.5, "a broad smile pulls the lip corners far up")]
    [InlineData(5, "a broad smile pulls the lip corners far up")]
    public void The_intensity_chooses_the_line(double intensity, string line) =>
        Assert.Equal(line, ActionUnits.Find(12)!.Describe(intensity));

    [Fact]
    public void Codes_have_two_digits() => Assert.Equal("AU06", ActionUnits.Find(6)!.Code);

    [Fact]
    public void An_unknown_unit_has_no_text() => Assert.Null(ActionUnits.Find(99));
}
