using System.CommandLine;
using EmotionLlama.Scoring;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Verbs;

/// <summary>The options of <c>score</c>.</summary>
internal sealed class ScoreOptions
{
    public Option<string> Truth { get; } = new("--truth")
    {
        Description = "What annotators wrote: EMER v1 or v2, or any file of the shapes that predictions may have.",
        HelpName = "FILE",
        Required = true,
    };

    public Option<string[]> Predictions { get; } = new("--predictions")
    {
        Description = "What systems wrote: CSV with names,chi_reasons or name,reason or name,openset, or JSON lines.",
        HelpName = "NAME=FILE",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<DescriptionLanguage?> Language { get; } = new("--language")
    {
        Description = "The language of the descriptions, in files that have both, and of the judge's prompts. "
            + "[default: english]",
    };

    public Option<ScoreMetric> Metric { get; } = new("--metric")
    {
        Description = "What is measured: both overlaps, or emotion words on wheels.",
        DefaultValueFactory = _ => ScoreMetric.Overlap,
    };

    public Option<string?> Wheel { get; } = new("--wheel")
    {
        Description = "A folder of emotion wheels: format.csv, synonym.xlsx, wheel1.xlsx … [default: a built-in wheel]",
        HelpName = "FOLDER",
    };

    public Option<JudgeKind> Judge { get; } = new("--judge")
    {
        Description = "Who scores besides the lexicon: nobody, a language model at an endpoint, or the recipe's own model.",
        DefaultValueFactory = _ => JudgeKind.None,
    };

    public Option<string?> Recipe { get; } = new("--cfg-path")
    {
        Description = "A recipe whose judge section says how to judge; --judge own takes its model.",
        HelpName = "FILE",
    };

    public Option<string[]> Overrides { get; } = RecipeOptions.Overrides();

    public Option<string?> Checkpoint { get; } = RecipeOptions.Checkpoint();

    public Option<string?> BaseUrl { get; } = new("--base-url")
    {
        Description = "The judge's OpenAI-compatible endpoint. [default: judge.base_url, $OPENAI_BASE_URL, OpenAI's]",
        HelpName = "URL",
    };

    public Option<string?> Model { get; } = new("--model")
    {
        Description = "The judge's model there. [default: judge.model]",
        HelpName = "NAME",
    };

    public Option<bool> Estimate { get; } = new("--estimate")
    {
        Description = "Say what judging would take and cost, and ask nothing.",
    };

    public Option<bool> CountMissing { get; } = new("--count-missing")
    {
        Description = "Clips that a system does not describe score 0 instead of being left out.",
    };

    public Option<string> Output { get; } = new("--output")
    {
        Description = "The folder of scores, leaderboard and the judge's answers.",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => Path.Combine("output", "scores"),
    };

    public void AddTo(Command verb)
    {
        foreach (var option in (Option[])
        [
            Truth, Predictions, Language, Metric, Wheel, Judge, Recipe, Overrides, Checkpoint, BaseUrl, Model, Estimate,
            CountMissing, Output,
        ])
        {
            verb.Add(option);
        }
    }
}
