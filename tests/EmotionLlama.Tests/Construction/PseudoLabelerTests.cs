using EmotionLlama.Configuration;
using EmotionLlama.Construction;
using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Construction;

public sealed class PseudoLabelerTests
{
    private static readonly ConstructionRecipe Defaults = new();

    public static TheoryData<int> Rules => [.. Enumerable.Range(0, EmotionRules.All.Count)];

    [Theory]
    [InlineData("happy", 6, 12)]
    [InlineData("sad", 1, 4, 15)]
    [InlineData("surprise", 5, 26)]
    [InlineData("angry", 4, 5, 7, 23)]
    public void The_combinations_of_the_paper_give_its_labels(string label, params int[] units) =>
        Assert.Equal(label, Label(Defaults, units)!.Emotion.ToText());

    [Theory]
    [InlineData("surprise", 1, 2, 5, 26)]
    [InlineData("fear", 1, 2, 4, 5, 20, 26)]
    [InlineData("fear", 1, 2, 4, 5)]
    [InlineData("worried", 1, 2, 4)]
    [InlineData("sad", 1, 4, 15, 17)]
    [InlineData("angry", 4, 7, 23)]
    [InlineData("happy", 6, 12, 25, 26)]
    [InlineData("contempt", 12, 14)]
    [InlineData("doubt", 2, 17)]
    public void Like_combinations_are_told_apart(string label, params int[] units) =>
        Assert.Equal(label, Label(Defaults, units)!.Emotion.ToText());

    [Theory]
    [MemberData(nameof(Rules))]
    public void Each_rule_gives_its_label_to_a_face_of_its_units_alone(int place)
    {
        var rule = EmotionRules.All[place];
        var label = Label(Defaults with { Labels = LabelScheme.Merr, MinLabelScore = 0 }, [.. rule.Units]);

        if (rule.Emotion == Emotion.Disgust)
            Assert.Null(label);
        else
            Assert.Equal(rule.Emotion, label!.Emotion);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rules_are_well_formed(int place)
    {
        var rule = EmotionRules.All[place];

        Assert.NotEmpty(rule.Units);
        Assert.Distinct(rule.Units.Concat(rule.Without));
        Assert.All(rule.Units.Concat(rule.Without), unit => Assert.NotNull(ActionUnits.Find(unit)));
        Assert.InRange(rule.Strength, 0.1, 1);
        Assert.Contains(rule.Units, unit => !ActionUnits.Unexpressive.Contains(unit));
    }

    [Fact]
    public void Every_label_but_neutral_has_a_rule() => Assert.Equal(
        Enum.GetValues<Emotion>().Where(emotion => emotion != Emotion.Neutral),
        EmotionRules.All.Select(rule => rule.Emotion).Distinct().Order());

    [Fact]
    public void The_score_is_the_strength_times_the_mean_intensity_of_five()
    {
        var label = new PseudoLabeler(Defaults).Find(new Dictionary<int, double> { [6] = 2, [12] = 3 }, out _);

        Assert.Equal(new PseudoLabel(Emotion.Happy, 0.5, "AU06+AU12"), label);
    }

    [Fact]
    public void A_weak_combination_gives_no_label()
    {
        Assert.Null(Find(Defaults with { MinLabelScore = 0.5 }, new() { [6] = 2, [12] = 2.9 }, out var reason));
        Assert.Equal("happy 0.49 (AU06+AU12) is below min_label_score 0.50", reason);
    }

    [Fact]
    public void Two_labels_that_are_close_give_none()
    {
        // 6+12 at 3 is 0.6 for happiness; 1+4+15 at 3 is 0.6 for sadness.
        Dictionary<int, double> face = new() { [1] = 3, [4] = 3, [6] = 3, [12] = 3, [15] = 3 };

        Assert.Null(Find(Defaults, face, out var reason));
        Assert.Equal("happy 0.60 (AU06+AU12) and sad 0.60 (AU01+AU04+AU15) are closer than label_margin 0.02", reason);
        Assert.Equal(Emotion.Happy, Find(Defaults with { LabelMargin = 0 }, face, out _)!.Emotion);
    }

    [Fact]
    public void An_unknown_combination_gives_none()
    {
        Assert.Null(Find(Defaults, new() { [20] = 3, [25] = 1 }, out var reason));
        Assert.Equal("no rule knows the combination AU20+AU25", reason);
    }

    [Fact]
    public void A_label_beyond_the_scheme_gives_none()
    {
        Dictionary<int, double> face = new() { [9] = 3, [17] = 3 };

        Assert.Null(Find(Defaults, face, out var reason));
        Assert.Equal("disgust is no label of merr", reason);
        Assert.Equal(Emotion.Disgust, Find(Defaults with { Labels = LabelScheme.Dfew }, face, out _)!.Emotion);
    }

    [Fact]
    public void A_face_that_only_speaks_or_blinks_is_neutral_unless_none_is_wanted()
    {
        Dictionary<int, double> face = new() { [25] = 4, [26] = 3, [45] = 5 };

        Assert.Equal(new PseudoLabel(Emotion.Neutral, 1, ""), Find(Defaults, face, out _));
        Assert.Equal(Emotion.Neutral, Find(Defaults, [], out _)!.Emotion);
        Assert.Null(Find(Defaults with { Neutral = false }, face, out var reason));
        Assert.Equal("the face is neutral, and construction.neutral is false", reason);
    }

    private static PseudoLabel? Label(ConstructionRecipe recipe, int[] units) =>
        Find(recipe, units.ToDictionary(unit => unit, _ => 3.0), out _);

    private static PseudoLabel? Find(ConstructionRecipe recipe, Dictionary<int, double> face, out string? reason) =>
        new PseudoLabeler(recipe).Find(face, out reason);
}
