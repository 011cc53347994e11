namespace EmotionLlama.Media;

/// <summary>Sound of one channel.</summary>
/// <param name="SampleRate">Samples per second.</param>
/// <param name="Samples">The samples, from -1 to 1.</param>
public sealed record Waveform(int SampleRate, float[] Samples);
