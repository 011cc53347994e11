using System.Globalization;
using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Evaluation.Diagnosing;

/// <summary>Finds answers about one clip whose quality is a matter of luck.</summary>
internal static class InconsistentReasoning
{
    private const int SomeBeams = 4;
    private const double LowTemperature = 0.2;

    public static Finding Judge(IReadOnlyList<ValidationMetrics> trained, Recipe recipe)
    {
        if (trained is not [.., var last] || last is { ClueSpread: null, LabelSpread: null })
        {
            return new Finding
            {
                Trouble = Trouble.InconsistentReasoning,
                State = FindingState.NotMeasured,
                Summary = "no temperature samples of held-out clips; set run.eval_temperature_samples: 4",
            };
        }

        Figure[] figures =
        [
            .. Spread("spread of the clue overlap", last.ClueSpread, DiagnosisLimits.ClueSpread),
            .. Spread("spread of the label overlap", last.LabelSpread, DiagnosisLimits.LabelSpread),
        ];
        var found = figures.Any(figure => figure.Exceeded);
        var listed = figures.Select(figure => string.Create(CultureInfo.InvariantCulture,
            $"{figure.Name} is {figure.Value:0.00} (trouble begins above {figure.Limit:0.00})"));
        return new Finding
        {
            Trouble = Trouble.InconsistentReasoning,
            State = found ? FindingState.Found : FindingState.Absent,
            Summary = $"over temperature samples of a clip, the {string.Join(", the ", listed)}",
            Figures = figures,
            Advice = found ? [.. Advise(recipe)] : [],
        };
    }

    private static IEnumerable<Figure> Spread(string name, double? value, double limit) =>
        value is { } spread ? [new Figure(name, spread, limit, spread > limit)] : [];

    /// <summary>The guide's: more epochs, beam search, or a temperature that draws little.</summary>
    private static IEnumerable<Advice> Advise(Recipe recipe)
    {
        yield return RunAdvice.MoreEpochs(recipe.Run);
        var tests = recipe.EvaluationDatasets;
        if (tests.Count == 0)
            yield return new Advice($"answer with num_beams: {SomeBeams}, or with temperature: {LowTemperature}");

        foreach (var (name, test) in tests)
        {
            if (test.DoSample && test.Temperature > LowTemperature)
            {
                yield return Advice.Change(
                    $"evaluation_datasets.{name}.temperature", test.Temperature, LowTemperature);
            }
            else if (!test.DoSample && test.NumBeams < SomeBeams)
            {
                yield return Advice.Set($"evaluation_datasets.{name}.num_beams", $"{SomeBeams}");
            }
        }
    }
}
