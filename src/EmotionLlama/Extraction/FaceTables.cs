using EmotionLlama.Configuration;
using EmotionLlama.Media.Clips;
using EmotionLlama.Media.OpenFace;

namespace EmotionLlama.Extraction;

/// <summary>Where faces are in clips, and which frame stands for each, as a recipe's <c>features</c> say.</summary>
internal sealed class FaceTables
{
    private const string PeakName = "peak";

    private readonly string? _folder;
    private readonly FrameChoice? _choice;

    /// <summary>Reads the rule.</summary>
    /// <exception cref="InputException">The rule is none, needs tables that are not named, or their folder is missing.
    /// </exception>
    public FaceTables(FeaturesRecipe features)
    {
        _folder = features.OpenfacePath;
        if (_folder is not null && !Directory.Exists(_folder))
            throw new InputException($"{_folder}: no such folder; name the one of the OpenFace tables, NAME.csv");

        if (!string.Equals(features.Frame, PeakName, StringComparison.OrdinalIgnoreCase))
        {
            _choice = FrameChoice.Parse(features.Frame);
        }
        else if (_folder is null)
        {
            throw new InputException("frame 'peak' is the one where the action units are strongest: name a folder of "
                + "OpenFace tables (features.openface_path, --openface), or take first, middle or a number");
        }
    }

    /// <summary>Reads the table of a clip.</summary>
    /// <param name="clip">The clip's file.</param>
    /// <exception cref="InputException">The table is missing, faulty or has no face.</exception>
    public ClipFaces Find(string clip)
    {
        if (_folder is null)
            return ClipFaces.Anywhere;

        var path = OpenFaceTable.PathOf(_folder, Path.GetFileNameWithoutExtension(clip));
        if (!File.Exists(path))
            throw new InputException($"{path}: there is no table of faces for this clip; run OpenFace on it");

        return new ClipFaces(OpenFaceTable.Read(path));
    }

    /// <summary>The frame that stands for a clip, in words.</summary>
    /// <param name="clip">The clip's file.</param>
    /// <exception cref="InputException">It is found in a table that is missing or faulty.</exception>
    public string DescribeFrame(string clip) => (_choice ?? Choose(Find(clip))).ToString();

    /// <summary>The frame that stands for a clip.</summary>
    /// <param name="faces">Where its faces are.</param>
    public FrameChoice Choose(ClipFaces faces) => _choice ?? FrameChoice.Peak(faces.Peak);
}
