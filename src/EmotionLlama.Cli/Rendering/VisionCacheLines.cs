using System.Globalization;
using EmotionLlama.Monitoring;
using EmotionLlama.Runtime;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Tells the filling of the vision cache as lines: one when it begins, one when it ends, and one every ten
/// seconds between.</summary>
/// <param name="time">The clock.</param>
internal sealed class VisionCacheLines(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private ProgressEstimator? _progress;
    private long _shown;

    /// <summary>The line for where the filling is; null where none is due.</summary>
    public string? Next(VisionCacheProgress progress)
    {
        if (progress.Done == 0)
        {
            _shown = time.GetTimestamp();
            _progress = new ProgressEstimator(progress.Total, time: time);
            var size = ByteSize.Format(progress.Total * progress.BytesEach);
            return progress.Total == 0
                ? null
                : Invariant($"vision tower: {progress.Total} pictures to encode, once, {size}");
        }

        _progress!.Advance(progress.Done);
        var rate = progress.Done / Math.Max(_progress.Elapsed.TotalSeconds, 1e-3);
        if (progress.Done == progress.Total)
        {
            var taken = Quantities.Duration(_progress.Elapsed);
            return Invariant($"vision tower: {progress.Total} pictures in {taken}, {rate:f1} pictures/s");
        }

        if (time.GetElapsedTime(_shown) < Pause)
            return null;

        _shown = time.GetTimestamp();
        var left = Quantities.Duration(_progress.Remaining ?? TimeSpan.Zero);
        return Invariant(
            $"vision tower: {progress.Done} of {progress.Total} pictures  {rate:f1} pictures/s  {left} left");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
