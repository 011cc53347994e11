using System.Globalization;
using System.Text.Json;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;

namespace EmotionLlama.Tests.Evaluation;

/// <summary>Scores are scikit-learn's, on 1,000 random label sets that <c>tests/reference/classification.py</c> has
/// scored.</summary>
public sealed class ClassificationReferenceTests
{
    private const double Tolerance = 1e-12;

    private static readonly string[] Sets = JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path.Combine(
        SharedData.Repository, "tests", "EmotionLlama.Tests", "Evaluation", "classification.json")))!;

    [Fact]
    public void All_scores_are_those_of_scikit_learn()
    {
        Assert.Equal(1000, Sets.Length);
        Assert.All(Sets, Check);
    }

    [Fact]
    public void The_sets_have_every_scheme_answers_without_a_label_and_some_outside_the_labels()
    {
        Assert.Equal(4, Sets.Select(set => set.Split(' ')[0]).Distinct().Count());
        Assert.Contains(Sets, set => set.Split(' ')[2].Contains('-', StringComparison.Ordinal));
        Assert.Contains(Sets, set => set.Split(' ')[2].Contains('+', StringComparison.Ordinal));
    }

    private static void Check(string set)
    {
        var parts = set.Split(' ');
        var scheme = Enum.Parse<LabelScheme>(parts[0], ignoreCase: true);
        var labels = scheme.Labels();
        var outside = Enum.GetValues<Emotion>().Except(labels).First();
        var report = ClassificationReport.From(
            parts[1].Zip(parts[2], (truth, answer) => (labels[truth - 'a'], Read(answer))), scheme);

        Assert.Equal(parts[2].Count(answer => answer == '-'), report.Unlabelled);
        Assert.Equal(parts[2].Count(answer => answer == '+'), report.OutsideLabels);
        double[] expected = [.. parts[3..].Select(Number)];
        double[] actual =
        [
            report.Accuracy.Value, report.WeightedF1, report.UnweightedRecall,
            .. report.Classes.SelectMany(scores => (double[])[scores.Precision, scores.Recall, scores.F1]),
        ];
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, Tolerance));

        Emotion? Read(char answer) => answer switch { '-' => null, '+' => outside, _ => labels[answer - 'a'] };
    }

    private static double Number(string text)
    {
        var parts = text.Split('/');
        var above = double.Parse(parts[0], CultureInfo.InvariantCulture);
        return parts.Length == 1 ? above : above / double.Parse(parts[1], CultureInfo.InvariantCulture);
    }
}
