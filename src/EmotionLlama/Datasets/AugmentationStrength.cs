namespace EmotionLlama.Datasets;

/// <summary>How strongly samples are changed. Numbers for pictures are in units of the normalized picture, where 1 is
/// about a quarter of the way from black to white.</summary>
public sealed record AugmentationStrength
{
    /// <summary>Probability that an augmented picture is mirrored. Captions that tell left from right stay as they
    /// are.</summary>
    public double Flip { get; init; } = 0.5;

    /// <summary>The smallest share of height and width that a crop keeps before it is enlarged again; 1 never crops.
    /// </summary>
    public double LeastCrop { get; init; } = 0.85;

    /// <summary>The most by which brightness is raised or lowered.</summary>
    public double Brightness { get; init; } = 0.2;

    /// <summary>The most by which the factor of contrast differs from 1.</summary>
    public double Contrast { get; init; } = 0.15;

    /// <summary>Standard deviation of the noise on a picture.</summary>
    public double ImageNoise { get; init; } = 0.05;

    /// <summary>Standard deviation of the noise on a feature, as a share of the feature's own.</summary>
    public double FeatureNoise { get; init; } = 0.1;

    /// <summary>Probability that a number of an augmented feature becomes 0. The others are not scaled up, since at
    /// test time nothing is missing.</summary>
    public double FeatureDropout { get; init; } = 0.05;

    /// <summary>Probability, times the augmentation's own, that one modality of a sample (picture or feature) is
    /// blanked, so that the model does not lean on one alone. Never more than one.</summary>
    public double ModalityDropout { get; init; } = 0.1;
}
