using System.CommandLine;
using EmotionLlama.Cli.Rendering;
using EmotionLlama.Configuration;
using EmotionLlama.Scoring;
using EmotionLlama.Scoring.Leaderboards;
using EmotionLlama.Scoring.Wheel;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>score</c>: how much of the truth systems' descriptions have, and which system has most.</summary>
internal static class ScoreVerb
{
    public static Command Create(GlobalOptions globals)
    {
        var options = new ScoreOptions();
        var verb = new Command(
            "score", "Scores descriptions of clips against the truth: clue overlap and label overlap, 0 to 10.");
        options.AddTo(verb);
        verb.SetAction(async (parsed, stop) =>
        {
            var (recipe, judging) = ReadRecipe(parsed, options);
            var systems = ReadSystems(parsed, options);
            var wheels = parsed.GetValue(options.Wheel) is { } folder
                ? EmotionWheels.Open(folder)
                : EmotionWheels.BuiltIn;
            var asJson = parsed.GetValue(globals.Json);
            if (!asJson)
                ScoreView.RenderUnmatched(parsed.Console(), systems);

            if (parsed.GetValue(options.Metric) == ScoreMetric.Wheel)
            {
                Measure(parsed, asJson, systems, wheels);
                return ExitCode.Success;
            }

            var output = parsed.GetRequiredValue(options.Output);
            using var judge = Judge(parsed, options, globals, judging, recipe, output);
            if (judge is not null)
            {
                var estimate = judge.Judge.Estimate(systems.SelectMany(system => system.Clips.Pairs));
                if (parsed.GetValue(options.Estimate))
                {
                    if (asJson)
                        parsed.WriteJson(estimate);
                    else
                        ScoreView.Render(parsed.Console(), judge.Judge.Name, estimate);

                    return ExitCode.Success;
                }

                if (!asJson)
                    ScoreView.Render(parsed.Console(), judge.Judge.Name, estimate);
            }

            IPairScorer[] scorers = judge is null
                ? [new LexiconScorer(wheels)]
                : [judge.Judge, new LexiconScorer(wheels)];
            var run = (IProgress<ScoreProgress>? progress) => ScoreWorkflow.RunAsync(
                parsed.GetRequiredValue(options.Truth), systems, scorers, PublishedResults.Emer, output, progress, stop);
            if (asJson)
            {
                parsed.WriteJson(await run(null));
                return ExitCode.Success;
            }

            var console = parsed.Console();
            LeaderboardView.Render(console, await ScoreView.FollowAsync(console, run));
            if (judge is not null)
                ScoreView.Render(console, judge.Judge.Name, judge.Judge.Usage);

            console.Profile.Out.Writer.WriteLine($"scores: {Path.Combine(output, ScoreWorkflow.ScoresName)}");
            console.Profile.Out.Writer.WriteLine(
                $"page:   {Path.Combine(output, ScoreWorkflow.LeaderboardName)}.html");
            return ExitCode.Success;
        });
        return verb;
    }

    private static void Measure(
        ParseResult parsed, bool asJson, IReadOnlyList<SystemDescriptions> systems, EmotionWheels wheels)
    {
        var scores = systems.Select(system => WheelSummary.Of(system, wheels)).ToList();
        if (asJson)
            parsed.WriteJson(new { Metric = ScoreMetric.Wheel, Systems = scores });
        else
            ScoreView.Render(parsed.Console(), scores);
    }

    private static List<SystemDescriptions> ReadSystems(ParseResult parsed, ScoreOptions options)
    {
        var language = parsed.GetValue(options.Language) ?? DescriptionLanguage.English;
        var truth = DescriptionFile.Read(parsed.GetRequiredValue(options.Truth), language);
        var systems = new List<SystemDescriptions>();
        foreach (var given in parsed.GetRequiredValue(options.Predictions))
        {
            var (name, file) = given.Split('=', 2) is [{ Length: > 0 } before, var after] && !File.Exists(given)
                ? (before, after)
                : (Path.GetFileNameWithoutExtension(given), given);
            if (systems.Any(system => system.System == name))
                throw new InputException($"--predictions: two systems are called {name}; write NAME=FILE");

            var clips = DescriptionPairs.Join(
                truth, DescriptionFile.Read(file, language), parsed.GetValue(options.CountMissing));
            if (clips.MissingPredictions.Count == truth.Count)
            {
                throw new InputException($"{file}: describes no clip of {parsed.GetValue(options.Truth)}; its first is "
                    + $"'{clips.MissingTruths[0]}', the truth's '{truth[0].Name}'");
            }

            systems.Add(new SystemDescriptions(name, clips));
        }

        return systems;
    }

    /// <summary>The recipe, if one is given, and how to judge: as it says, and the command line over it.</summary>
    private static (LoadedRecipe? Recipe, JudgeRecipe Judging) ReadRecipe(ParseResult parsed, ScoreOptions options)
    {
        var loaded = parsed.GetValue(options.Recipe) is { } path
            ? RecipeReader.Read(path, RecipeOptions.WithCheckpoint(parsed, options.Overrides, options.Checkpoint))
            : null;
        var judging = loaded?.Recipe.Judge ?? new JudgeRecipe();
        judging = judging with
        {
            BaseUrl = parsed.GetValue(options.BaseUrl) ?? judging.BaseUrl,
            Model = parsed.GetValue(options.Model) ?? judging.Model,
            Language = parsed.GetValue(options.Language) switch
            {
                DescriptionLanguage.Chinese => JudgeLanguage.Chinese,
                DescriptionLanguage.English => JudgeLanguage.English,
                _ => judging.Language,
            },
        };
        return (loaded, judging);
    }

    private static OpenJudge? Judge(
        ParseResult parsed,
        ScoreOptions options,
        GlobalOptions globals,
        JudgeRecipe judging,
        LoadedRecipe? loaded,
        string output)
    {
        switch (parsed.GetValue(options.Judge))
        {
            case JudgeKind.Llm:
                return OpenJudge.AtEndpoint(judging, output);
            case JudgeKind.Own:
                if (loaded is null)
                    throw new InputException("--judge own: needs --cfg-path, a recipe that names the model");

                RecipeFiles.CheckModel(loaded);
                globals.LoadLibTorch(parsed);
                return OpenJudge.OnThisMachine(loaded.Recipe with { Judge = judging }, output);
            default:
                return null;
        }
    }
}
