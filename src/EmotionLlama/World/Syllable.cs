namespace EmotionLlama.World;

/// <summary>One syllable of a spoken line.</summary>
/// <param name="Start">When it starts, in seconds from the start of the clip.</param>
/// <param name="Duration">How long it lasts, in seconds.</param>
/// <param name="Vowel">Its vowel: one of <c>a e i o u</c>.</param>
/// <param name="Hiss">Whether it starts with a hissing consonant.</param>
public readonly record struct Syllable(double Start, double Duration, char Vowel, bool Hiss)
{
    /// <summary>How far the mouth is open at a time, in [0, 1]: a hump over the syllable.</summary>
    public double Opening(double time)
    {
        var phase = (time - Start) / Duration;
        return phase is > 0 and < 1 ? Math.Sin(Math.PI * phase) : 0;
    }
}
