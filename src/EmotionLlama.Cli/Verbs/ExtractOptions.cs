using System.CommandLine;
using EmotionLlama.Configuration;

namespace EmotionLlama.Cli.Verbs;

/// <summary>The options of <c>extract</c> that say what is made, and of what.</summary>
internal sealed class ExtractOptions
{
    private readonly Option<string?> _recipe =
        RecipeOptions.OptionalRecipe("A recipe whose features section names the encoders; options replace its values.");

    private readonly Option<string[]> _overrides = RecipeOptions.Overrides();
    private readonly Option<string?> _hubert = Folder("--hubert", "The voice encoder, a HuBERT: makes HL-UTT.");
    private readonly Option<string?> _faceMae = Folder("--face-mae", "The face encoder, a ViT-MAE: makes mae_340_UTT.");

    private readonly Option<string?> _videoMae =
        Folder("--video-mae", "The video encoder, a VideoMAE: makes maeV_399_UTT.");

    private readonly Option<string?> _frame = new("--frame")
    {
        Description = "The frame that stands for a clip: first, middle, peak (of the action units in --openface) or a "
            + "number from 0. [default: first]",
        HelpName = "FRAME",
    };

    private readonly Option<string?> _openFace = Folder(
        "--openface", "OpenFace's tables, NAME.csv: where the face is. [default: the encoders see whole frames]");

    private readonly Option<bool> _allowSilent = new("--allow-silent")
    {
        Description = "Give clips without sound a voice feature of zeros instead of failing them.",
    };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command verb)
    {
        foreach (var option in (Option[])
            [_hubert, _faceMae, _videoMae, _frame, _openFace, _allowSilent, _recipe, _overrides])
        {
            verb.Add(option);
        }
    }

    /// <summary>What the command line, or else the recipe, says.</summary>
    /// <returns>The features, and the run's device where a recipe names one.</returns>
    /// <exception cref="InputException">The recipe is faulty, or a folder is missing.</exception>
    public (FeaturesRecipe Features, string? Device) Read(ParseResult parsed)
    {
        var loaded = parsed.GetValue(_recipe) is { } path
            ? RecipeReader.Read(path, parsed.GetValue(_overrides) ?? [])
            : null;
        if (loaded is null && parsed.GetValue(_overrides) is { Length: > 0 })
            throw new InputException("--options: replace values of a recipe; name it with --cfg-path");

        var features = loaded?.Recipe.Features ?? new FeaturesRecipe();
        features = features with
        {
            Hubert = Existing(_hubert) ?? features.Hubert,
            FaceMae = Existing(_faceMae) ?? features.FaceMae,
            VideoMae = Existing(_videoMae) ?? features.VideoMae,
            Frame = parsed.GetValue(_frame) ?? features.Frame,
            OpenfacePath = Existing(_openFace) ?? features.OpenfacePath,
            AllowSilent = parsed.GetValue(_allowSilent) || features.AllowSilent,
        };
        if (loaded is not null)
            RecipeFiles.CheckFeatures(loaded, features);

        return (features, loaded?.Recipe.Run.Device);

        string? Existing(Option<string?> option)
        {
            var folder = parsed.GetValue(option);
            return folder is null || Directory.Exists(folder)
                ? folder
                : throw new InputException($"{option.Name}: no such folder: {folder}");
        }
    }

    private static Option<string?> Folder(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "FOLDER",
    };
}
