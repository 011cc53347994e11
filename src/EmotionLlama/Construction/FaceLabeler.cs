using EmotionLlama.Configuration;
using EmotionLlama.Media.OpenFace;

namespace EmotionLlama.Construction;

/// <summary>Reads the faces of clips and labels them.</summary>
/// <param name="recipe">What a label needs.</param>
internal sealed class FaceLabeler(ConstructionRecipe recipe)
{
    private readonly PseudoLabeler _labeler = new(recipe);

    /// <summary>What can be said of a clip without asking anybody.</summary>
    /// <param name="source">The clip.</param>
    /// <param name="face">What its face says; null where the clip cannot be annotated.</param>
    public ClipOutcome Read(ClipSource source, out FaceEvidence? face)
    {
        face = null;
        var outcome = new ClipOutcome { Name = source.Name };
        if (source.Name.Any(char.IsWhiteSpace))
            return outcome with { Failure = "its name has blanks, which annotation files cannot hold; rename it" };
        if (source.ClipPath is null)
            return outcome with { Failure = $"there is no clip of this name, only {source.TablePath}" };
        if (source.TablePath is null)
            return outcome with { Failure = $"there is no OpenFace table {source.Name}.csv" };

        try
        {
            var table = OpenFaceTable.Read(source.TablePath);
            outcome = outcome with { UnknownUnits = [.. table.Units.Where(unit => ActionUnits.Find(unit) is null)] };
            face = FaceEvidence.Read(table, recipe.MinIntensity);
        }
        catch (InputException error)
        {
            return outcome with { Failure = error.Message };
        }

        if (face is null)
            return outcome with { Drop = new(DropReason.Unlabeled, "OpenFace found no face in any frame") };

        var label = _labeler.Find(face.PeakUnits, out var reason);
        return label is null
            ? outcome with { Drop = new(DropReason.Unlabeled, reason!) }
            : outcome with { Label = label };
    }
}
