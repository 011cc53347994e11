namespace EmotionLlama.Datasets;

/// <summary>An utterance feature of 1024 numbers, kept in <c>FOLDER/NAME.npy</c>.</summary>
/// <param name="Modality">What it tells about.</param>
/// <param name="Name">Its modality's name in recipes.</param>
/// <param name="Folder">The folder the original project keeps it in.</param>
/// <param name="EncoderKey">The key of a recipe's <c>features</c> that names its encoder.</param>
internal sealed record ClipFeature(Modalities Modality, string Name, string Folder, string EncoderKey)
{
    /// <summary>All features, in the order of the rows of <see cref="ClipSample.Features"/>.</summary>
    public static IReadOnlyList<ClipFeature> All { get; } =
    [
        new(Modalities.FaceMae, "face_mae", "mae_340_UTT", "face_mae"),
        new(Modalities.VideoMae, "video", "maeV_399_UTT", "video_mae"),
        new(Modalities.Voice, "voice", "HL-UTT", "hubert"),
    ];
}
