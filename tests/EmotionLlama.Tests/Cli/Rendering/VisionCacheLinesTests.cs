using EmotionLlama.Cli.Rendering;
using EmotionLlama.Monitoring;
using EmotionLlama.Tests.Monitoring;

namespace EmotionLlama.Tests.Cli.Rendering;

public sealed class VisionCacheLinesTests
{
    [Fact]
    public void A_filling_is_told_at_its_start_every_ten_seconds_and_at_its_end()
    {
        var time = new ManualTime();
        var lines = new VisionCacheLines(time);
        List<string> told = [];
        for (var done = 0; done <= 100; done += 4)
        {
            if (lines.Next(new VisionCacheProgress(done, 100, 3 << 20)) is { } line)
                told.Add(line);

            time.Pass(2);
        }

        Assert.Equal("vision tower: 100 pictures to encode, once, 300 MiB", told[0]);
        Assert.Equal("vision tower: 20 of 100 pictures  2.0 pictures/s  0:40 left", told[1]);
        Assert.Equal("vision tower: 100 pictures in 0:50, 2.0 pictures/s", told[^1]);
        Assert.Equal(6, told.Count);
    }

    [Fact]
    public void Nothing_is_told_where_nothing_is_missing() =>
        Assert.Null(new VisionCacheLines(new ManualTime()).Next(new VisionCacheProgress(0, 0, 1)));
}
