using EmotionLlama.World;

namespace EmotionLlama.Tests.World;

public sealed class VoiceSynthesizerTests
{
    public static TheoryData<int> Indexes => [.. Enumerable.Range(0, 12)];

    [Fact]
    public void The_same_clip_sounds_the_same_and_another_does_not()
    {
        var clip = WorldClipFactory.Create(1, 3);

        Assert.Equal(VoiceSynthesizer.Synthesize(clip), VoiceSynthesizer.Synthesize(clip));
        Assert.NotEqual(
            VoiceSynthesizer.Synthesize(clip)[8000..9000],
            VoiceSynthesizer.Synthesize(WorldClipFactory.Create(2, 3))[8000..9000]);
    }

    [Theory]
    [MemberData(nameof(Indexes))]
    public void Length_energy_and_pitch_follow_the_clip(int index)
    {
        var clip = WorldClipFactory.Create(11, index);
        var sound = VoiceSynthesizer.Synthesize(clip);

        Assert.Equal(clip.DurationSeconds * VoiceSynthesizer.SampleRate, sound.Length, tolerance: 1);
        Assert.Equal(clip.Voice.Energy, RootMeanSquare(sound), tolerance: 0.03 * clip.Voice.Energy);
        Assert.Equal(clip.Voice.PitchHz, MedianPitch(sound), tolerance: 0.15 * clip.Voice.PitchHz);
        Assert.All(sound, sample => Assert.InRange(sample, -1, 1));
    }

    [Fact]
    public void A_bright_voice_has_more_high_frequencies()
    {
        var clip = WorldClipFactory.Create(11, 0);
        var dull = VoiceSynthesizer.Synthesize(clip with { Voice = clip.Voice with { Brightness = 0.1f } });
        var bright = VoiceSynthesizer.Synthesize(clip with { Voice = clip.Voice with { Brightness = 0.9f } });

        Assert.True(Steepness(bright) > 1.3 * Steepness(dull));
    }

    [Fact]
    public void A_trembling_voice_swings_in_pitch()
    {
        var clip = WorldClipFactory.Create(11, 1);
        var level = clip.Voice with { PitchHz = 150, PitchRange = 0, Tremor = 0 };
        var steady = Pitches(VoiceSynthesizer.Synthesize(clip with { Voice = level }));
        var trembling = Pitches(VoiceSynthesizer.Synthesize(clip with { Voice = level with { Tremor = 0.08f } }));

        Assert.True(Spread(trembling) > 3 * Spread(steady), $"{Spread(trembling)} against {Spread(steady)}");
    }

    private static double RootMeanSquare(float[] sound) =>
        Math.Sqrt(sound.Average(sample => (double)sample * sample));

    /// <summary>How fast the waveform changes for its loudness: high frequencies make it steep.</summary>
    private static double Steepness(float[] sound) =>
        RootMeanSquare([.. sound.Zip(sound.Skip(1), (now, next) => next - now)]) / RootMeanSquare(sound);

    private static double MedianPitch(float[] sound)
    {
        var pitches = Pitches(sound);
        return pitches[pitches.Count / 2];
    }

    private static double Spread(List<double> sorted) =>
        (sorted[sorted.Count * 3 / 4] - sorted[sorted.Count / 4]) / sorted[sorted.Count / 2];

    /// <summary>The pitches of the loud stretches, sorted: for each, the best lag of the normalized
    /// autocorrelation.</summary>
    private static List<double> Pitches(float[] sound)
    {
        const int Window = 640;
        var loud = 0.5 * RootMeanSquare(sound);
        var pitches = new List<double>();
        for (var start = 0; start + (2 * Window) < sound.Length; start += Window / 2)
        {
            if (RootMeanSquare(sound[start..(start + Window)]) > loud)
                pitches.Add(PitchAt(sound, start, Window));
        }

        pitches.Sort();
        return pitches;
    }

    private static double PitchAt(float[] sound, int start, int window)
    {
        const int ShortestLag = VoiceSynthesizer.SampleRate / 400;
        const int LongestLag = VoiceSynthesizer.SampleRate / 75;
        var likeness = new double[LongestLag + 1];
        for (var lag = ShortestLag; lag <= LongestLag; lag++)
        {
            double product = 0, first = 0, second = 0;
            for (var index = start; index < start + window; index++)
            {
                product += sound[index] * sound[index + lag];
                first += sound[index] * sound[index];
                second += sound[index + lag] * sound[index + lag];
            }

            likeness[lag] = product / Math.Sqrt((first * second) + 1e-20);
        }

        // Multiples of the period fit nearly as well: the first peak close to the best is the period.
        var good = 0.93 * likeness.Max();
        var period = Enumerable.Range(ShortestLag + 1, LongestLag - ShortestLag - 1).FirstOrDefault(
            lag => likeness[lag] >= good && likeness[lag] >= likeness[lag - 1] && likeness[lag] >= likeness[lag + 1],
            Array.IndexOf(likeness, likeness.Max()));
        return (double)VoiceSynthesizer.SampleRate / period;
    }
}
