using System.Globalization;
using EmotionLlama.Monitoring;
using EmotionLlama.Runtime;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Figures of a run as people read them.</summary>
internal static class Quantities
{
    /// <summary>A learning rate, such as <c>1.0e-5</c>.</summary>
    public static string Rate(double rate) => rate.ToString("0.0e+0", CultureInfo.InvariantCulture);

    /// <summary>Samples and tokens a second.</summary>
    public static string Speed(StepMetrics metrics) =>
        $"{Count(metrics.SamplesPerSecond)} samples/s   {Count(metrics.TokensPerSecond)} tokens/s";

    /// <summary>The memory in use.</summary>
    public static string Memory(StepMetrics metrics) => $"{ByteSize.Format(metrics.MemoryBytes)} memory";

    /// <summary>A time as <c>m:ss</c> or <c>h:mm:ss</c>.</summary>
    public static string Duration(TimeSpan time)
    {
        // Rounded up, so that a run that goes on never has 0:00 left.
        var seconds = (long)Math.Ceiling(time.TotalSeconds);
        var (minutes, rest) = (seconds / 60, seconds % 60);
        return minutes < 60 ? $"{minutes}:{rest:00}" : $"{minutes / 60}:{minutes % 60:00}:{rest:00}";
    }

    /// <summary>What an evaluation measured of answers, each after two blanks; nothing where there were none.</summary>
    public static string Scores(ValidationMetrics metrics)
    {
        (string Text, double? Value)[] scores =
        [
            ("accuracy {0:0.0} %", 100 * metrics.Accuracy),
            ("waf {0:0.000}", metrics.Waf),
            ("clues {0:0.00}", metrics.ClueOverlap),
            ("labels {0:0.00}", metrics.LabelOverlap),
        ];
        return string.Concat(scores.Where(score => score.Value is not null).Select(score =>
            "  " + string.Format(CultureInfo.InvariantCulture, score.Text, score.Value)));
    }

    private static string Count(double value) => value switch
    {
        >= 100_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1000:0}k"),
        >= 1000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1000:0.0}k"),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.0", CultureInfo.InvariantCulture),
    };
}
