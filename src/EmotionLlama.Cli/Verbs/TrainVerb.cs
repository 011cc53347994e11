using System.CommandLine;
using EmotionLlama.Cli.Ranks;
using EmotionLlama.Cli.Rendering;
using EmotionLlama.Configuration;
using EmotionLlama.Distributed;
using EmotionLlama.Monitoring;
using EmotionLlama.Training;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>train</c>: tunes a model as a recipe says.</summary>
internal static class TrainVerb
{
    public static Command Create(GlobalOptions globals)
    {
        var recipe = RecipeOptions.Recipe();
        var options = RecipeOptions.Overrides();
        var resume = new Option<string?>("--resume")
        {
            Description = "Go on where a run stopped: from a checkpoint of ours, or without one from the newest in the "
                + "recipe's output folder.",
            HelpName = "CHECKPOINT",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Check the recipe, report the data, show three prompts, estimate memory; train nothing.",
        };
        var verb = new Command("train", "Tunes a model as a recipe says.") { recipe, options, resume, dryRun };
        var ranks = new RankOptions();
        ranks.AddTo(verb);
        verb.SetAction((parsed, stop) => parsed.GetValue(dryRun)
            ? Task.FromResult(Run(parsed, new RankJob(null), stop))
            : RankedRun.RunAsync(parsed, ranks, (job, either) => Run(parsed, job, either), stop));
        return verb;

        int Run(ParseResult parsed, RankJob job, CancellationToken stop)
        {
            var loaded = RecipeReader.Read(parsed.GetRequiredValue(recipe), parsed.GetValue(options) ?? []);
            RecipeFiles.CheckTraining(loaded);
            var asJson = parsed.GetValue(globals.Json);
            if (!asJson && job.IsFirst)
            {
                foreach (var note in loaded.Notes)
                    parsed.InvocationConfiguration.Error.WriteLine($"note: {note}");
            }

            var libTorch = globals.LoadLibTorch(parsed);
            using var group = job.Connect(loaded.Recipe.Run.Device, libTorch);
            using var session = TrainingSession.Open(loaded.Recipe);
            if (parsed.GetValue(dryRun))
                DryRun(parsed, asJson, session, stop);
            else if (job.IsFirst)
                Train(parsed, asJson, session, Checkpoint(parsed, resume, loaded.Recipe), group, stop);
            else
                Train(session, Checkpoint(parsed, resume, loaded.Recipe), group, new SilentTrainingView(), stop);

            return ExitCode.Success;
        }
    }

    /// <summary>Shows everything first, also what is wrong with the data, and then refuses what a run would.</summary>
    private static void DryRun(ParseResult parsed, bool asJson, TrainingSession session, CancellationToken stop)
    {
        var report = DryRunWorkflow.Run(session, stop);
        if (asJson)
            parsed.WriteJson(report);
        else
            DryRunView.Render(parsed.Console(), report);

        session.EnsureReadable(stop);
    }

    private static void Train(
        ParseResult parsed,
        bool asJson,
        TrainingSession session,
        string? checkpoint,
        IProcessGroup group,
        CancellationToken stop)
    {
        var every = Math.Max(session.Recipe.Run.LogFreq, 1);
        var output = parsed.InvocationConfiguration.Output;
        if (asJson)
        {
            var lines = new JsonTrainingView(output, every);
            lines.OnDone(Train(session, checkpoint, group, lines, stop));
        }
        else
        {
            RenderOutcome(output, TrainingView.Show(
                parsed.Console(), every, view => Train(session, checkpoint, group, view, stop)));
        }
    }

    private static TrainingOutcome Train(
        TrainingSession session,
        string? checkpoint,
        IProcessGroup group,
        ITrainingObserver view,
        CancellationToken stop)
    {
        if (group.Size > 1)
            view.OnMessage($"{group.Size} ranks, their gradients are summed by {group.Name}");

        foreach (var report in session.ReportData(stop))
            view.OnMessage(report.ToText());

        return TrainingWorkflow.Run(session, checkpoint, view, ranks: group, cancellationToken: stop);
    }

    private static void RenderOutcome(TextWriter output, TrainingOutcome outcome)
    {
        output.WriteLine(
            $"done in {outcome.Seconds:f0} s: {outcome.Steps} steps, loss {outcome.LossFirst:f4} → {outcome.LossLast:f4}");
        output.WriteLine($"{outcome.TrainingSeconds:f1} s of training, {outcome.DataWaitShare:p1} of them waiting for data");
        if (outcome.ValidationLossFirst is { } first && outcome.ValidationLossLast is { } last)
            output.WriteLine($"held-out loss {first:f4} → {last:f4} ({(last / first) - 1:p0})");

        if (outcome.Best is { } best)
            output.WriteLine($"best: {best.ToText()}{(best.Checkpoint is { } path ? $", kept as {path}" : "")}");

        foreach (var trouble in outcome.Diagnosis.Found)
            output.WriteLine(trouble.ToText());

        if (outcome.SkippedSamples > 0)
            output.WriteLine($"{outcome.SkippedSamples} samples could not be read and were skipped");

        output.WriteLine($"checkpoint: {outcome.Checkpoint}");
    }

    private static string? Checkpoint(ParseResult parsed, Option<string?> resume, Recipe recipe)
    {
        if (parsed.GetResult(resume) is null)
            return null;

        return parsed.GetValue(resume)
            ?? CheckpointStore.FindNewest(recipe.Run.OutputDir)
            ?? throw new InputException($"--resume: no checkpoint in {recipe.Run.OutputDir} (run.output_dir); "
                + "leave --resume out to start anew");
    }
}
