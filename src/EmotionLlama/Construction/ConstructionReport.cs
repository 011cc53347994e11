using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;

namespace EmotionLlama.Construction;

/// <summary>What became of clips. It follows from the clips and the answers alone, whatever runs it took.</summary>
public sealed record ConstructionReport
{
    /// <summary>All clips.</summary>
    public required int Clips { get; init; }

    /// <summary>Clips in the data set.</summary>
    public required int Kept { get; init; }

    /// <summary>Clips whose face has a label.</summary>
    public required int Labeled { get; init; }

    /// <summary>Clips in the data set by emotion, the most frequent first.</summary>
    public required IReadOnlyDictionary<string, int> Emotions { get; init; }

    /// <summary>How often each action unit is in the peak frame of a clip in the data set.</summary>
    public required IReadOnlyDictionary<string, int> ActionUnits { get; init; }

    /// <summary>Action units of the tables for which there is no text; they were not used.</summary>
    public required IReadOnlyList<string> UnknownUnits { get; init; }

    /// <summary>Clips in the data set with a clue of each kind: <c>face</c>, <c>vision</c>, <c>audio</c>,
    /// <c>text</c>.</summary>
    public required IReadOnlyDictionary<string, int> Clues { get; init; }

    /// <summary>How many clips were dropped for each kind of reason.</summary>
    public required IReadOnlyDictionary<string, int> DropsByReason { get; init; }

    /// <summary>Clips that were dropped.</summary>
    public required IReadOnlyList<NamedReason> Drops { get; init; }

    /// <summary>Clips that failed; another run tries them again.</summary>
    public required IReadOnlyList<NamedReason> Failures { get; init; }

    /// <summary>How often the text model, which does not know the label, concluded the face's emotion.</summary>
    public required Proportion Agreement { get; init; }

    /// <summary>The same for each emotion of the face.</summary>
    public required IReadOnlyDictionary<string, Proportion> AgreementByEmotion { get; init; }

    /// <summary>What the answers took.</summary>
    public required IReadOnlyDictionary<string, StageTokens> Tokens { get; init; }

    /// <summary>Sums up.</summary>
    internal static ConstructionReport Of(ConstructionRecipe recipe, IReadOnlyList<ClipOutcome> outcomes)
    {
        BuiltClip[] kept = [.. outcomes.Select(outcome => outcome.Clip).OfType<BuiltClip>()];
        ClipOutcome[] concluded = [.. outcomes.Where(outcome => outcome.Concluded is not null)];
        return new ConstructionReport
        {
            Clips = outcomes.Count,
            Kept = kept.Length,
            Labeled = outcomes.Count(outcome => outcome.Label is not null),
            Emotions = Count(kept.Select(clip => clip.Label.Emotion.ToText())),
            ActionUnits = Count(kept.SelectMany(clip => clip.Face.PeakUnits.Keys).Select(ActionUnit.CodeOf)),
            UnknownUnits =
            [
                .. outcomes.SelectMany(outcome => outcome.UnknownUnits).Distinct().Order().Select(ActionUnit.CodeOf),
            ],
            Clues = new Dictionary<string, int>
            {
                ["face"] = kept.Count(clip => clip.Face.PeakUnits.Count > 0),
                ["vision"] = kept.Count(clip => clip.VisualClue is not null),
                ["audio"] = kept.Count(clip => clip.AudioClue is not null),
                ["text"] = kept.Count(clip => clip.Sentence.Length > 0),
            },
            DropsByReason = Count(
                outcomes.Select(outcome => outcome.Drop).OfType<ClipDrop>().Select(drop => NameOf(drop.Reason))),
            Drops =
            [
                .. from outcome in outcomes
                   let drop = outcome.Drop
                   where drop is not null
                   select new NamedReason(outcome.Name, drop.Detail, drop.Reason),
            ],
            Failures =
            [
                .. from outcome in outcomes
                   let failure = outcome.Failure
                   where failure is not null
                   select new NamedReason(outcome.Name, failure),
            ],
            Agreement = Agree(concluded),
            AgreementByEmotion = concluded.GroupBy(outcome => outcome.Label!.Emotion).OrderBy(group => group.Key)
                .ToDictionary(group => group.Key.ToText(), Agree),
            Tokens = TokensOf(recipe, outcomes.SelectMany(outcome => outcome.Answers)),
        };
    }

    /// <summary>A kind of reason in words.</summary>
    internal static string NameOf(DropReason reason) => reason switch
    {
        DropReason.TooShort => "too_short",
        DropReason.TooLong => "too_long",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>How often each name occurs, the most frequent first.</summary>
    internal static Dictionary<string, int> Count(IEnumerable<string> names) => names.CountBy(name => name)
        .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)
        .ToDictionary(pair => pair.Key, pair => pair.Value);

    private static Proportion Agree(IEnumerable<ClipOutcome> outcomes)
    {
        ClipOutcome[] all = [.. outcomes];
        return new Proportion(all.Count(outcome => outcome.Concluded == outcome.Label!.Emotion), all.Length);
    }

    private static Dictionary<string, StageTokens> TokensOf(
        ConstructionRecipe recipe, IEnumerable<KeptAnswer> answers) =>
        answers.DistinctBy(answer => (answer.Stage, answer.Key)).GroupBy(answer => answer.Stage)
            .OrderBy(stage => stage.Key)
            .ToDictionary(
                stage => stage.Key.ToString().ToLowerInvariant(),
                stage => new StageTokens(
                    ConstructionModels.RecipeOf(recipe, stage.Key)!.Model!,
                    stage.Count(),
                    stage.Sum(answer => answer.PromptTokens ?? 0),
                    stage.Sum(answer => answer.AnswerTokens ?? 0),
                    stage.Count(answer => answer.PromptTokens is null && answer.AnswerTokens is null)));
}
