namespace EmotionLlama.World;

/// <summary>
/// Speaks the line of a clip: a buzzing source with the profile's pitch, melody and tremor, through three resonances
/// that move from vowel to vowel, with hisses where the letters have them. It is no intelligible speech; it carries how
/// something is said.
/// </summary>
public static class VoiceSynthesizer
{
    /// <summary>Samples a second.</summary>
    public const int SampleRate = 16_000;

    private const ulong NoisePurpose = 4;
    private const double TremorHz = 5.5;

    /// <summary>The resonances are moved this many samples apart.</summary>
    private const int ControlStep = 64;

    /// <summary>Synthesizes the whole clip.</summary>
    /// <returns>Samples in (-1, 1) at <see cref="SampleRate"/>, as long as the clip.</returns>
    public static float[] Synthesize(WorldClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        var samples = new float[(int)Math.Round(clip.DurationSeconds * SampleRate)];
        Speak(clip, samples);
        ScaleTo(samples, clip.Voice.Energy);
        return samples;
    }

    private static void Speak(WorldClip clip, Span<float> samples)
    {
        var voice = clip.Voice;
        var random = new WorldRandom(clip.Seed, clip.Index, NoisePurpose);
        Resonator first = default, second = default, third = default;
        var phase = 0f;
        var dull = 0f;
        // A bright voice has strong upper resonances, and a source whose spectrum falls late (a one-pole low-pass).
        var secondGain = 0.35f + (0.65f * voice.Brightness);
        var thirdGain = 0.15f + (1.05f * voice.Brightness);
        var opening = 1 - MathF.Exp(-2 * MathF.PI * (250 + (3200 * voice.Brightness)) / SampleRate);
        Sound sound = default;
        for (var index = 0; index < samples.Length; index++)
        {
            if (index % ControlStep == 0)
            {
                sound = At(clip, (double)index / SampleRate);
                first.Tune(sound.Formants.First, 90, SampleRate);
                second.Tune(sound.Formants.Second, 120, SampleRate);
                third.Tune(sound.Formants.Third, 180, SampleRate);
            }

            var step = sound.PitchHz / SampleRate;
            phase += step;
            if (phase >= 1)
                phase--;

            var white = random.Between(-0.5, 0.5);
            dull += opening * (Saw(phase, step) + (0.03f * white) - dull);
            var source = dull * sound.Loudness;
            var spoken = first.Pass(source) + (secondGain * second.Pass(source)) + (thirdGain * third.Pass(source));
            samples[index] = spoken + (white * ((0.1f * sound.Hiss * (0.3f + voice.Brightness)) + 0.0015f));
        }
    }

    private static Sound At(WorldClip clip, double time)
    {
        var voice = clip.Voice;
        var tremor = voice.Tremor * Math.Sin(2 * Math.PI * TremorHz * time);
        var sentence = time / clip.DurationSeconds;
        // The melody falls over the sentence and rises on every other syllable, around a mean of zero.
        var accent = Math.Sin(Math.PI * time * voice.SyllablesPerSecond);
        var melody = voice.PitchRange * ((0.5 * (1 - (2 * sentence))) + (0.6 * accent));
        var pitch = voice.PitchHz * (1 + melody) * (1 + tremor);

        var (loudness, hiss) = (0.0, 0.0);
        var formants = Formants.Of('a');
        for (var index = 0; index < clip.Syllables.Count; index++)
        {
            var syllable = clip.Syllables[index];
            var place = (time - syllable.Start) / syllable.Duration;
            if (place is < 0 or >= 1)
                continue;

            loudness = (0.25 + (0.75 * Math.Sqrt(syllable.Opening(time)))) * (1 + (3 * tremor));
            hiss = syllable.Hiss ? Math.Max(0, 1 - (Math.Abs(place - 0.08) / 0.12)) : 0;
            var next = clip.Syllables[Math.Min(index + 1, clip.Syllables.Count - 1)];
            formants = Formants.Of(syllable.Vowel)
                .Towards(Formants.Of(next.Vowel), (float)Math.Clamp((place - 0.7) / 0.6, 0, 1));
        }

        return new Sound(
            (float)pitch,
            (float)loudness,
            (float)hiss,
            new Formants(
                formants.First * voice.FormantScale,
                formants.Second * voice.FormantScale,
                formants.Third * voice.FormantScale));
    }

    /// <summary>A sawtooth whose jump is rounded, so that it does not alias (polyBLEP).</summary>
    private static float Saw(float phase, float step)
    {
        var value = (2 * phase) - 1;
        if (phase < step)
        {
            var place = (phase / step) - 1;
            return value + (place * place);
        }

        if (phase > 1 - step)
        {
            var place = ((phase - 1) / step) + 1;
            return value - (place * place);
        }

        return value;
    }

    /// <summary>Scales to a root mean square; the rare peaks near full scale are bent, not cut.</summary>
    private static void ScaleTo(Span<float> samples, float energy)
    {
        var sum = 0.0;
        foreach (var sample in samples)
            sum += sample * sample;

        var scale = energy / (float)Math.Sqrt((sum / samples.Length) + 1e-12);
        foreach (ref var sample in samples)
            sample = Bend(sample * scale);
    }

    private static float Bend(float value)
    {
        const float Knee = 0.8f;
        var size = MathF.Abs(value);
        return size <= Knee
            ? value
            : MathF.CopySign(Knee + ((1 - Knee) * MathF.Tanh((size - Knee) / (1 - Knee))), value);
    }

    /// <summary>What is being sounded at one moment.</summary>
    private readonly record struct Sound(float PitchHz, float Loudness, float Hiss, Formants Formants);
}
