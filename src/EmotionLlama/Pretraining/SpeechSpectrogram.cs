using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Pretraining;

/// <summary>Speech as a picture: a log-mel spectrogram of the first 2.56 seconds, 64 bands by 64 times.</summary>
internal static class SpeechSpectrogram
{
    /// <summary>Bands and times.</summary>
    public const int Size = 64;

    private const int SampleRate = 16_000;
    private const int Window = 512;
    private const int Hop = 160;
    private const int FramesPerTime = 4;
    private const int Samples = Hop * Size * FramesPerTime;
    private const double Floor = 1e-5;

    /// <summary>The spectrogram of a voice.</summary>
    /// <param name="voice">16 kHz samples in ±1; shorter ones are followed by silence, longer ones cut.</param>
    /// <returns><c>[3, 64, 64]</c>, three equal channels, about ±2.</returns>
    public static Tensor Of(ReadOnlySpan<float> voice)
    {
        using var scope = NewDisposeScope();
        var samples = new float[Samples + Window];
        voice[..Math.Min(voice.Length, Samples)].CopyTo(samples);
        var spectrum = stft(
            tensor(samples), Window, hop_length: Hop, window: hann_window(Window), center: false, return_complex: true);
        var power = spectrum.abs().Squared().narrow(1, 0, Size * FramesPerTime);
        var bands = MelFilters().matmul(power).view(Size, Size, FramesPerTime).mean([2]);
        var picture = bands.Plus(Floor).log().Plus(4).Over(4);
        return picture.unsqueeze(0).expand(3, -1, -1).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Triangular filters, evenly spaced on the mel scale: <c>[64, 257]</c>.</summary>
    /// <remarks>O'Shaughnessy, "Speech Communication", 1987: mel = 2595 log₁₀(1 + f/700).</remarks>
    private static Tensor MelFilters()
    {
        const int Bins = (Window / 2) + 1;
        var top = Mel(SampleRate / 2.0);
        var edges = Enumerable.Range(0, Size + 2).Select(i => Hertz(top * i / (Size + 1))).ToArray();
        var filters = new float[Size, Bins];
        for (var band = 0; band < Size; band++)
        {
            for (var bin = 0; bin < Bins; bin++)
            {
                var frequency = bin * (double)SampleRate / Window;
                var rising = (frequency - edges[band]) / (edges[band + 1] - edges[band]);
                var falling = (edges[band + 2] - frequency) / (edges[band + 2] - edges[band + 1]);
                filters[band, bin] = (float)Math.Max(0, Math.Min(rising, falling));
            }
        }

        return tensor(filters);
    }

    private static double Mel(double hertz) => 2595 * Math.Log10(1 + (hertz / 700));

    private static double Hertz(double mel) => 700 * (Math.Pow(10, mel / 2595) - 1);
}
