using System.CommandLine;
using EmotionLlama.Cli.Ranks;
using EmotionLlama.Cli.Rendering;
using EmotionLlama.Configuration;
using EmotionLlama.Evaluation;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>evaluate</c>: answers about test sets and scores the answers.</summary>
internal static class EvaluateVerb
{
    public static Command Create(GlobalOptions globals)
    {
        var recipe = RecipeOptions.Recipe();
        var options = RecipeOptions.Overrides();
        var checkpoint = RecipeOptions.Checkpoint();
        var dataset = new Option<string[]>("--dataset")
        {
            Description = "The entries of evaluation_datasets to answer about. [default: all]",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
        };
        var restart = new Option<bool>("--restart")
        {
            Description = "Answer anew instead of going on where an evaluation stopped.",
        };
        var format = new Option<PredictionFormat>("--format")
        {
            Description = "The columns of predictions.csv: name,reason,label, or as the original names,chi_reasons.",
            DefaultValueFactory = _ => PredictionFormat.Default,
        };
        var withholdEach = new Option<bool>("--withhold-each")
        {
            Description = "Answer also without face, without voice and without words: which one drives each label.",
        };
        var verb = new Command("evaluate", "Answers about test sets, and scores the answers.")
        {
            recipe, options, checkpoint, dataset, restart, format, withholdEach,
        };
        var ranks = new RankOptions();
        ranks.AddTo(verb);
        verb.SetAction((parsed, stop) =>
            RankedRun.RunAsync(parsed, ranks, (job, either) => Run(parsed, job, either), stop));
        return verb;

        void Run(ParseResult parsed, RankJob job, CancellationToken stop)
        {
            var wanted = new EvaluationOptions
            {
                Datasets = parsed.GetValue(dataset) ?? [],
                Restart = parsed.GetValue(restart),
                Format = parsed.GetValue(format),
                WithholdEach = parsed.GetValue(withholdEach),
            };
            var loaded = RecipeReader.Read(
                parsed.GetRequiredValue(recipe), RecipeOptions.WithCheckpoint(parsed, options, checkpoint));
            RecipeFiles.CheckEvaluation(loaded, wanted.Datasets);
            using var group = job.Connect(loaded.Recipe.Run.Device, globals.LoadLibTorch(parsed));
            if (!job.IsFirst || parsed.GetValue(globals.Json))
            {
                var outcomes = Workflow(new SilentEvaluationView()).Run(stop);
                if (job.IsFirst)
                    parsed.WriteJson(new { Datasets = outcomes.Select(EvaluationView.ToJson) });

                return;
            }

            foreach (var note in loaded.Notes)
                parsed.InvocationConfiguration.Error.WriteLine($"note: {note}");

            EvaluationView.Show(parsed.Console(), view => Workflow(view).Run(stop));

            EvaluationWorkflow Workflow(IEvaluationObserver view) =>
                new(loaded.Recipe, wanted, view) { Ranks = group };
        }
    }

    private sealed class SilentEvaluationView : IEvaluationObserver;
}
