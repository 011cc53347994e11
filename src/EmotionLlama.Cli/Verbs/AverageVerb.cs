using System.CommandLine;
using System.Globalization;
using EmotionLlama.Checkpoints.Averaging;
using EmotionLlama.Cli.Rendering;
using EmotionLlama.Configuration;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>average</c>: one checkpoint of several.</summary>
internal static class AverageVerb
{
    private static readonly Dictionary<string, ValidationMetric> Metrics =
        Enum.GetValues<ValidationMetric>().ToDictionary(metric => metric.ToText());

    public static Command Create(GlobalOptions globals)
    {
        var options = new Options();
        var verb = new Command("average", "Averages the trained weights of checkpoints into one checkpoint.");
        options.AddTo(verb);
        verb.SetAction((parsed, stop) =>
        {
            var output = parsed.GetRequiredValue(options.Output);
            var weights = Numbers(parsed.GetValue(options.Weights), "--weights", Weight);
            var greedy = parsed.GetValue(options.Greedy);
            CheckGreedy(parsed, options, greedy, weights.Count > 0);
            var recipe = greedy ? ReadRecipe(parsed, options) : null;
            var metric = Metric(parsed.GetValue(options.Metric), recipe);
            var files = CheckpointChoice.Find(
                parsed.GetRequiredValue(options.Checkpoints),
                Numbers(parsed.GetValue(options.Epochs), "--epochs", Epoch),
                parsed.GetValue(options.Last));
            globals.LoadLibTorch(parsed);
            using var set = CheckpointSet.Open(files);
            var report = recipe is null
                ? CheckpointAverager.Average(set, weights.Count > 0 ? weights : null, output, stop)
                : Greedy(parsed, globals, set, recipe, metric, output, stop);
            if (parsed.GetValue(globals.Json))
                parsed.WriteJson(report);
            else
                AveragingView.Render(parsed.Console(), report);

            return Task.FromResult(ExitCode.Success);
        });
        return verb;
    }

    private static AveragingReport Greedy(
        ParseResult parsed,
        GlobalOptions globals,
        CheckpointSet set,
        Recipe recipe,
        ValidationMetric metric,
        string output,
        CancellationToken stop)
    {
        Action<string>? report = parsed.GetValue(globals.Json)
            ? null
            : parsed.InvocationConfiguration.Output.WriteLine;
        return GreedyAveraging.Run(set, recipe, metric, output, report, stop);
    }

    private static Recipe ReadRecipe(ParseResult parsed, Options options)
    {
        var loaded = RecipeReader.Read(parsed.GetValue(options.Recipe)!, parsed.GetValue(options.Overrides) ?? []);
        RecipeFiles.CheckTraining(loaded);
        return loaded.Recipe;
    }

    private static void CheckGreedy(ParseResult parsed, Options options, bool greedy, bool weighted)
    {
        if (greedy && weighted)
            throw new InputException("--weights: a greedy average weighs all it takes the same; leave one of them out");
        if (greedy && parsed.GetValue(options.Recipe) is null)
            throw new InputException("--greedy: needs --cfg-path, a recipe with held-out clips (validation_file)");
        if (!greedy && (parsed.GetResult(options.Recipe) ?? parsed.GetResult(options.Metric)
            ?? parsed.GetResult(options.Overrides)) is not null)
        {
            throw new InputException("--cfg-path, --options and --metric: are for --greedy; add it, or leave them out");
        }
    }

    private static ValidationMetric Metric(string? name, Recipe? recipe)
    {
        if (name is null)
            return recipe?.Run.Metric ?? ValidationMetric.ValLoss;

        return Metrics.TryGetValue(name, out var metric)
            ? metric
            : throw new InputException($"--metric {name}: unknown; use one of {string.Join(", ", Metrics.Keys)}");
    }

    private static List<T> Numbers<T>(string[]? values, string option, Func<string, T?> parse)
        where T : struct =>
    [
        .. (values ?? [])
            .SelectMany(value => value.Split(','))
            .Select(value => value.Trim())
            .Where(value => value.Length > 0)
            .Select(value => parse(value) ?? throw new InputException($"{option}: '{value}' is no such number")),
    ];

    private static double? Weight(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) ? weight : null;

    private static int? Epoch(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : null;

    private sealed class Options
    {
        public Argument<string[]> Checkpoints { get; } = new("CHECKPOINT")
        {
            Description = "Checkpoints of ours or the original's; or a run's output folder, with --epochs or --last.",
            Arity = ArgumentArity.OneOrMore,
        };

        public Option<string> Output { get; } = new("--output")
        {
            Description = "The checkpoint to write.",
            HelpName = "FILE",
            Required = true,
        };

        public Option<string[]> Epochs { get; } = new("--epochs")
        {
            Description = "Epochs whose checkpoints are taken of the folder, such as 25,27,29.",
            HelpName = "EPOCHS",
            AllowMultipleArgumentsPerToken = true,
        };

        public Option<int?> Last { get; } = new("--last")
        {
            Description = "How many of the folder's last epochs are taken.",
            HelpName = "COUNT",
        };

        public Option<string[]> Weights { get; } = new("--weights")
        {
            Description = "A weight for each checkpoint, such as 1 2 1. [default: all the same]",
            HelpName = "WEIGHTS",
            AllowMultipleArgumentsPerToken = true,
        };

        public Option<bool> Greedy { get; } = new("--greedy")
        {
            Description = "Take the best checkpoint, and others only if the average with them is at least as good on "
                + "the recipe's held-out clips.",
        };

        public Option<string?> Recipe { get; } = new("--cfg-path")
        {
            Description = "The recipe of --greedy.",
            HelpName = "FILE",
        };

        public Option<string[]> Overrides { get; } = RecipeOptions.Overrides();

        public Option<string?> Metric { get; } = new("--metric")
        {
            Description = $"What --greedy goes by: {string.Join(", ", Metrics.Keys)}. [default: run.metric]",
            HelpName = "NAME",
        };

        public void AddTo(Command verb)
        {
            verb.Add(Checkpoints);
            foreach (var option in (Option[])[Output, Epochs, Last, Weights, Greedy, Recipe, Overrides, Metric])
                verb.Add(option);
        }
    }
}
