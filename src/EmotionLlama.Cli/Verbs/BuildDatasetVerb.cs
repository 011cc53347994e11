using System.CommandLine;
using EmotionLlama.Cli.Rendering;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>build-dataset</c>: annotations of clips by models.</summary>
internal static class BuildDatasetVerb
{
    public static Command Create(GlobalOptions globals)
    {
        var options = new BuildDatasetOptionSet();
        var verb = new Command(
            "build-dataset", "Makes annotations of clips: action units and the clues of models, merged and filtered.");
        options.AddTo(verb);
        verb.SetAction(async (parsed, stop) =>
        {
            var build = options.Read(parsed);
            var asJson = parsed.GetValue(globals.Json);
            if (parsed.GetValue(options.DryRun))
            {
                var plan = BuildDatasetWorkflow.Plan(build, stop);
                if (asJson)
                    parsed.WriteJson(plan);
                else
                    BuildDatasetView.Render(parsed.Console(), plan);

                return plan.Failures.Count > 0 ? ExitCode.Failed : ExitCode.Success;
            }

            BuildDatasetResult result;
            if (asJson)
            {
                result = await BuildDatasetWorkflow.RunAsync(build, progress: null, stop);
                parsed.WriteJson(result);
            }
            else
            {
                var console = parsed.Console();
                result = await BuildDatasetView.FollowAsync(
                    console, progress => BuildDatasetWorkflow.RunAsync(build, progress, stop));
                BuildDatasetView.Render(console, result);
            }

            return result.Report.Failures.Count > 0 ? ExitCode.Failed : ExitCode.Success;
        });
        return verb;
    }
}
