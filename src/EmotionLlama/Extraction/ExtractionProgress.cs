namespace EmotionLlama.Extraction;

/// <summary>How far an extraction has come.</summary>
/// <param name="Total">Clips.</param>
/// <param name="AlreadyThere">Clips that an earlier extraction made.</param>
/// <param name="Made">Clips that this one made.</param>
/// <param name="Failed">Clips that nothing could be made of.</param>
/// <param name="ClipSeconds">How long the clips that this one made play.</param>
/// <param name="LastFailure">What failed since the last report; null where nothing did.</param>
public sealed record ExtractionProgress(
    int Total, int AlreadyThere, int Made, int Failed, double ClipSeconds, ExtractionFailure? LastFailure)
{
    /// <summary>Clips that had their turn.</summary>
    public int Done => AlreadyThere + Made + Failed;
}
