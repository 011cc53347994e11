namespace EmotionLlama.World;

/// <summary>The three lowest resonances of the vocal tract, in Hz.</summary>
/// <param name="First">The first formant.</param>
/// <param name="Second">The second formant.</param>
/// <param name="Third">The third formant.</param>
internal readonly record struct Formants(float First, float Second, float Third)
{
    /// <summary>The formants of a vowel (rounded averages after Peterson and Barney, 1952).</summary>
    public static Formants Of(char vowel) => vowel switch
    {
        'a' => new(730, 1150, 2500),
        'e' => new(540, 1850, 2550),
        'i' => new(310, 2250, 2950),
        'o' => new(560, 880, 2450),
        _ => new(330, 950, 2300),
    };

    /// <summary>Formants on the way to others.</summary>
    public Formants Towards(Formants other, float share) => new(
        First + ((other.First - First) * share),
        Second + ((other.Second - Second) * share),
        Third + ((other.Third - Third) * share));
}
