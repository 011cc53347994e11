namespace EmotionLlama.Media;

/// <summary>How pixels are mixed when a picture is resized.</summary>
internal enum ResamplingFilter
{
    /// <summary>Cubic convolution.</summary>
    Bicubic,

    /// <summary>Linear interpolation.</summary>
    Bilinear,
}
