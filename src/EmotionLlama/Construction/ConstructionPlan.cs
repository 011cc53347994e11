using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Media.Clips;

namespace EmotionLlama.Construction;

/// <summary>What building would take, found out without asking anybody.</summary>
public sealed record ConstructionPlan
{
    /// <summary>All clips.</summary>
    public required int Clips { get; init; }

    /// <summary>Clips by the emotion of their face.</summary>
    public required IReadOnlyDictionary<string, int> Emotions { get; init; }

    /// <summary>Calls by stage, at most: answers that are kept are not asked for again, and a clue that is no use ends
    /// the clip before the last call. Retries are not foreseen.</summary>
    public required IReadOnlyDictionary<string, int> Calls { get; init; }

    /// <summary>One prompt of each kind. What earlier answers will say stands in brackets.</summary>
    public required IReadOnlyDictionary<string, string> Prompts { get; init; }

    /// <summary>Clips whose face has no label.</summary>
    public required IReadOnlyList<NamedReason> Drops { get; init; }

    /// <summary>Clips that cannot be built as they are.</summary>
    public required IReadOnlyList<NamedReason> Failures { get; init; }

    /// <summary>Plans. Each clip's table is read, and where a model is to be shown the clip, it is looked
    /// into.</summary>
    /// <param name="recipe">How to build.</param>
    /// <param name="sources">The clips.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="InputException">There is no text model, or clips must be looked into and <c>ffmpeg</c> is
    /// missing.</exception>
    public static ConstructionPlan Of(
        ConstructionRecipe recipe, IReadOnlyList<ClipSource> sources, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(sources);
        ConstructionModels.Check(recipe);
        var (sees, hears) = (Has(Stage.Vision), Has(Stage.Audio));
        var program = sees || hears ? FfmpegProgram.Find() : null;
        var reader = new FaceLabeler(recipe);
        var outcomes = new List<ClipOutcome>();
        var sounds = 0;
        ConstructionPlanPrompt? prompt = null;
        foreach (var source in sources)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var outcome = reader.Read(source, out var face);
            if (outcome.Label is not null && program is not null)
            {
                try
                {
                    var clip = ClipReader.Open(source.ClipPath!, program, cancellation: cancellationToken);
                    sounds += clip.Info.HasAudio ? 1 : 0;
                }
                catch (InputException error)
                {
                    outcome = outcome with { Label = null, Failure = error.Message };
                }
            }

            if (outcome.Label is not null)
                prompt ??= new ConstructionPlanPrompt(face!, source.Sentence);

            outcomes.Add(outcome);
        }

        var labeled = outcomes.Count(outcome => outcome.Label is not null);
        var report = ConstructionReport.Of(recipe, outcomes);
        return new ConstructionPlan
        {
            Clips = sources.Count,
            Emotions = ConstructionReport.Count(
                outcomes.Select(outcome => outcome.Label).OfType<PseudoLabel>()
                    .Select(label => label.Emotion.ToText())),
            Calls = new Dictionary<string, int>
            {
                ["vision"] = sees ? labeled : 0,
                ["audio"] = hears ? sounds : 0,
                ["text"] = labeled,
            },
            Prompts = prompt?.All(recipe, sees, hears) ?? [],
            Drops = report.Drops,
            Failures = report.Failures,
        };

        bool Has(Stage stage) => ConstructionModels.RecipeOf(recipe, stage) is not null;
    }
}
