using System.Globalization;
using EmotionLlama.Monitoring;
using EmotionLlama.Runtime;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Tells the filling of the vision cache as lines: one when it begins, one when it ends, and one every ten seconds
/// between.</summary>
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
            return progress.Total == 0 ? null : Invariant(
                $"vision tower: {progress.Total} pictures to encode, once, {ByteSize.Format(progress.Total * progress.BytesEach)}");
        }

        _progress!.Advance(progress.Done);
        var rate = progress.Done / Math.Max(_progress.Elapsed.TotalSeconds, 1e-3);
        if (progress.Done == progress.Total)
        {
            return Invariant(
                $"vision tower: {progress.Total} pictures in {Quantities.Duration(_progress.Elapsed)}, {rate:f1} pictures/s");
        }

        if (time.GetElapsedTime(_shown) < Pause)
            return null;

        _shown = time.GetTimestamp();
        return Invariant(
            $"vision tower: {progress.Done} of {progress.Total} pictures  {rate:f1} pictures/s  {Quantities.Duration(_progress.Remaining ?? TimeSpan.Zero)} left");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
