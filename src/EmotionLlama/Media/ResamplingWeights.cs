namespace EmotionLlama.Media;

/// <summary>
/// How each pixel of a resized line is mixed from the pixels of the original: linear interpolation, or cubic
/// convolution with a = -0.5 (Keys, "Cubic convolution interpolation for digital image processing", 1981), stretched by
/// the factor of a reduction so that every original pixel counts. Weights are 32-bit fixed-point numbers, as in Pillow.
/// </summary>
internal sealed class ResamplingWeights
{
    /// <summary>Bits behind the binary point: 8 bits of pixel, 2 of head room and a sign fit before it.</summary>
    public const int FractionBits = 32 - 8 - 2;

    private const double Sharpness = -0.5;
    private const double CubicRadius = 2;

    private readonly int[] _starts;
    private readonly int[] _counts;
    private readonly int[] _weights;
    private readonly int _stride;

    /// <summary>Computes the weights from one length to another.</summary>
    public ResamplingWeights(int from, int to, ResamplingFilter filter = ResamplingFilter.Bicubic)
    {
        var (kernel, kernelRadius) = filter == ResamplingFilter.Bicubic
            ? ((Func<double, double>)Cubic, CubicRadius)
            : (Linear, 1);
        var scale = (double)from / to;
        var stretch = Math.Max(scale, 1);
        var shrink = 1 / stretch;
        var radius = kernelRadius * stretch;
        _stride = (2 * (int)Math.Ceiling(radius)) + 1;
        _starts = new int[to];
        _counts = new int[to];
        _weights = new int[to * _stride];
        var line = new double[_stride];
        for (var target = 0; target < to; target++)
        {
            var center = (target + 0.5) * scale;
            var start = Math.Max((int)(center - radius + 0.5), 0);
            var end = Math.Min((int)(center + radius + 0.5), from);
            var sum = 0.0;
            for (var source = start; source < end; source++)
                sum += line[source - start] = kernel((source - center + 0.5) * shrink);

            _starts[target] = start;
            _counts[target] = end - start;
            for (var tap = 0; tap < end - start; tap++)
                _weights[(target * _stride) + tap] = ToFixedPoint(line[tap] / sum);
        }
    }

    /// <summary>The first original pixel that counts for a resized one.</summary>
    public int StartOf(int target) => _starts[target];

    /// <summary>The weights of that pixel and those behind it.</summary>
    public ReadOnlySpan<int> Of(int target) => _weights.AsSpan(target * _stride, _counts[target]);

    private static int ToFixedPoint(double weight) =>
        (int)Math.Round(weight * (1 << FractionBits), MidpointRounding.AwayFromZero);

    private static double Linear(double distance) => Math.Max(1 - Math.Abs(distance), 0);

    private static double Cubic(double distance)
    {
        var x = Math.Abs(distance);
        return x switch
        {
            < 1 => ((((Sharpness + 2) * x) - (Sharpness + 3)) * x * x) + 1,
            < CubicRadius => ((((x - 5) * x) + 8) * x - 4) * Sharpness,
            _ => 0,
        };
    }
}
