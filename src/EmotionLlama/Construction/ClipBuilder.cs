using EmotionLlama.Configuration;

namespace EmotionLlama.Construction;

/// <summary>Annotates clips, each by itself: face, label, clues, and what they add up to.</summary>
/// <param name="recipe">How.</param>
/// <param name="models">Whom to ask.</param>
/// <param name="media">What to show them; null where nobody is shown anything.</param>
internal sealed class ClipBuilder(ConstructionRecipe recipe, ConstructionModels models, ClipAttachments? media)
{
    private readonly FaceLabeler _faces = new(recipe);
    private readonly ClipCheck _check = new(recipe);

    /// <summary>Annotates a clip, or says why not.</summary>
    /// <exception cref="InputException">No clip can be annotated: a model cannot be asked, or answers cannot be
    /// kept.</exception>
    public async Task<ClipOutcome> BuildAsync(ClipSource source, CancellationToken cancellationToken)
    {
        var outcome = _faces.Read(source, out var face);
        if (face is null || outcome.Label is null)
            return outcome;

        var answers = new List<KeptAnswer>();
        try
        {
            var built = await AskAsync(source, face, outcome, answers, cancellationToken).ConfigureAwait(false);
            return built with { Answers = [.. answers] };
        }
        catch (ClipFailure failure)
        {
            return outcome with { Failure = failure.Message, Answers = [.. answers] };
        }
    }

    private async Task<ClipOutcome> AskAsync(
        ClipSource source,
        FaceEvidence face,
        ClipOutcome outcome,
        List<KeptAnswer> answers,
        CancellationToken cancellationToken)
    {
        var label = outcome.Label!;
        var (visual, audio) = await CluesAsync(source, face, answers, cancellationToken).ConfigureAwait(false);
        var drop = ClipCheck.Clue("vision model", visual, label.Emotion)
            ?? ClipCheck.Clue("audio model", audio, label.Emotion)
            ?? ClipCheck.Face(visual, face.PeakUnits);
        if (drop is not null)
            return outcome with { Drop = drop };

        var (synthesis, kept) = await models.Text.AskAsync(
            ConstructionQuestions.Synthesis(face, visual, audio, source.Sentence, recipe.Labels), cancellationToken)
            .ConfigureAwait(false);
        answers.Add(kept);
        outcome = outcome with { Concluded = synthesis?.Emotion, Drop = _check.Result(synthesis, label.Emotion) };
        return outcome.Drop is not null
            ? outcome
            : outcome with
            {
                Clip = new BuiltClip
                {
                    Name = source.Name,
                    Face = face,
                    Label = label,
                    VisualClue = visual,
                    AudioClue = audio,
                    Sentence = source.Sentence ?? "",
                    Description = synthesis!.Description,
                    Reasoning = synthesis.Reasoning,
                },
            };
    }

    private async Task<(string? Visual, string? Audio)> CluesAsync(
        ClipSource source, FaceEvidence face, List<KeptAnswer> answers, CancellationToken cancellationToken)
    {
        if (media is null)
            return (null, null);

        var clip = Guard(() => media.Open(source.ClipPath!, cancellationToken));
        string? visual = null;
        string? audio = null;
        if (models.Vision is { } vision)
        {
            var picture = Guard(() => media.Picture(clip, face.PeakIndex, cancellationToken));
            (visual, var kept) = await vision.AskAsync(ConstructionQuestions.Vision(picture), cancellationToken)
                .ConfigureAwait(false);
            answers.Add(kept);
        }

        if (models.Audio is { } listener && clip.Info.HasAudio)
        {
            var sound = Guard(() => media.Sound(clip, cancellationToken));
            (audio, var kept) = await listener.AskAsync(ConstructionQuestions.Audio(sound), cancellationToken)
                .ConfigureAwait(false);
            answers.Add(kept);
        }

        return (visual, audio);
    }

    /// <summary>A clip that cannot be read fails; the others go on.</summary>
    private static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InputException error)
        {
            throw new ClipFailure(error.Message);
        }
    }
}
