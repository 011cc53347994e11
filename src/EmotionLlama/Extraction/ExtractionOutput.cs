using EmotionLlama.Datasets;
using EmotionLlama.Media;
using EmotionLlama.Runtime;

namespace EmotionLlama.Extraction;

/// <summary>The folder of an extraction, in the original project's layout: <c>frames/NAME.png</c>,
/// <c>mae_340_UTT/NAME.npy</c>, <c>maeV_399_UTT/NAME.npy</c> and <c>HL-UTT/NAME.npy</c>, each file whole or not there.
/// </summary>
internal sealed class ExtractionOutput
{
    /// <summary>The folder of the frames.</summary>
    public const string FrameFolder = "frames";

    private const string FailureName = "failures.jsonl";

    /// <summary>Opens the folder, made where it is missing.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="parts">What is made.</param>
    /// <exception cref="InputException">It cannot be written to.</exception>
    public ExtractionOutput(string folder, Modalities parts)
    {
        Location = OutputFolder.Open(folder);
        Parts = parts;
        Failures = Path.Combine(Location, FailureName);
    }

    /// <summary>The full path.</summary>
    public string Location { get; }

    /// <summary>What is made.</summary>
    public Modalities Parts { get; }

    /// <summary>The file that lists the clips that failed.</summary>
    public string Failures { get; }

    /// <summary>All parts that an extraction can make, with their folders.</summary>
    public static IReadOnlyList<(Modalities Part, string Folder)> Folders { get; } =
    [
        (Modalities.Image, FrameFolder),
        .. ClipFeature.All.Select(feature => (feature.Modality, feature.Folder)),
    ];

    /// <summary>The file of a part of a clip.</summary>
    public string FileOf(Modalities part, string name)
    {
        var folder = Folders.First(known => known.Part == part).Folder;
        return Path.Combine(Location, folder, name + ExtensionOf(part));
    }

    /// <summary>The parts that a clip has no files of.</summary>
    public Modalities Missing(string name) => Folders
        .Where(part => Parts.HasFlag(part.Part) && !File.Exists(FileOf(part.Part, name)))
        .Aggregate(Modalities.None, (missing, part) => missing | part.Part);

    /// <summary>Writes what was made of a clip.</summary>
    /// <exception cref="InputException">It cannot be written.</exception>
    public void Save(string name, ExtractedClip clip)
    {
        clip.Frame?.SavePng(FileOf(Modalities.Image, name));
        Save(Modalities.FaceMae, clip.FaceMae);
        Save(Modalities.VideoMae, clip.VideoMae);
        Save(Modalities.Voice, clip.Voice);

        void Save(Modalities part, float[]? feature)
        {
            if (feature is not null)
                NpyFile.Write(FileOf(part, name), feature);
        }
    }

    /// <summary>The files of a part, whoever made them.</summary>
    public IEnumerable<string> FilesOf(Modalities part)
    {
        var folder = Path.GetDirectoryName(FileOf(part, "any"))!;
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*" + ExtensionOf(part)) : [];
    }

    private static string ExtensionOf(Modalities part) => part == Modalities.Image ? ".png" : ".npy";
}
