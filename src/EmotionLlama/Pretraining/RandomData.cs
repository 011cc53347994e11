namespace EmotionLlama.Pretraining;

/// <summary>The files of a made-up data set, laid out as the MERR data is.</summary>
/// <param name="folder">The folder.</param>
public sealed class RandomData(string folder)
{
    /// <summary>The folder of the frames.</summary>
    public string FrameFolder => Path.Combine(folder, "frames");

    /// <summary>The clips to train on; transcripts, captions and features lie beside it.</summary>
    public string AnnotationFile => Path.Combine(folder, "MERR_fine_grained.txt");

    /// <summary>The held-out clips.</summary>
    public string HeldOutFile => Path.Combine(folder, "held_out.txt");

    /// <summary>The captions, which are the answers.</summary>
    public string CaptionFile => Path.Combine(folder, Datasets.MerrPaths.FineName);

    /// <summary>What is said.</summary>
    public string TranscriptFile => Path.Combine(folder, Datasets.MerrPaths.TranscriptName);

    /// <summary>The file of a feature.</summary>
    /// <param name="kind">The folder of its kind, such as <c>HL-UTT</c>.</param>
    /// <param name="clip">The clip.</param>
    public string FeatureFile(string kind, string clip) => Path.Combine(folder, kind, clip + ".npy");
}
