using System.Diagnostics;
using static TorchSharp.torch;

namespace EmotionLlama.Distributed;

/// <summary>How long ranks take for a sum.</summary>
internal static class TimedSums
{
    /// <summary>Sums values over all ranks, several times; all ranks call it at the same place.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="values">As for <see cref="IProcessGroup.AllReduceSum"/>, <c>[count]</c>; each sum replaces them.</param>
    /// <param name="times">How often.</param>
    /// <returns>Seconds of each sum, from when all ranks were there until this one's device was done; the shortest first.
    /// </returns>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    public static double[] Measure(IProcessGroup ranks, Tensor values, int times)
    {
        using var first = values[0];
        var seconds = new double[times];
        for (var i = 0; i < times; i++)
        {
            ranks.Barrier();
            var began = Stopwatch.GetTimestamp();
            ranks.AllReduceSum(values);

            // Reading a value waits for the device.
            using (ranks.Watch("a sum that is timed"))
                _ = first.item<float>();

            seconds[i] = Stopwatch.GetElapsedTime(began).TotalSeconds;
        }

        Array.Sort(seconds);
        return seconds;
    }
}
