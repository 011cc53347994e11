using EmotionLlama.Media.Clips;

namespace EmotionLlama.Tests.Media.Clips;

/// <summary>Which frames are taken.</summary>
public sealed class FrameChoiceTests
{
    [Fact]
    public void A_choice_reads_what_it_writes()
    {
        Assert.Equal(FrameChoice.First, FrameChoice.Parse("first"));
        Assert.Equal(FrameChoice.Middle, FrameChoice.Parse(" Middle "));
        Assert.Equal(FrameChoice.Index(57), FrameChoice.Parse("57"));
        Assert.Equal(["first", "middle", "57", "12"], new[]
        {
            FrameChoice.First.ToString(), FrameChoice.Middle.ToString(), FrameChoice.Index(57).ToString(),
            FrameChoice.Peak(12).ToString(),
        });
    }

    [Theory]
    [InlineData("midle", "did you mean 'middle'?")]
    [InlineData("-1", "a number from 0")]
    [InlineData("1.5", "a number from 0")]
    [InlineData("", "first, middle or a number")]
    public void What_is_no_choice_is_refused_with_the_choices(string text, string expected) => Assert.Contains(
        expected, Assert.Throws<InputException>(() => FrameChoice.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Segments_lie_in_the_middle_of_equal_parts() => Assert.Equal(
        [7, 8, 21, 22, 35, 36, 49, 50, 63, 64, 77, 78, 91, 92, 105, 106], FrameSegments.Indices(114));

    [Fact]
    public void A_clip_with_fewer_frames_than_segments_repeats_its_last()
    {
        Assert.Equal([0, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2], FrameSegments.Indices(3));
        Assert.Equal(new long[16], FrameSegments.Indices(1));
        Assert.Equal([0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8], FrameSegments.Indices(9));
        Assert.All(Enumerable.Range(1, 200), frames => Assert.All(
            FrameSegments.Indices(frames), index => Assert.InRange(index, 0, frames - 1)));
    }

    [Fact]
    public void The_time_limit_grows_with_the_clip()
    {
        var options = new ClipOptions { Patience = TimeSpan.FromSeconds(5), PatiencePerSecond = 2 };
        var info = new ClipInfo { Path = "a", Container = "mp4", Bytes = 160_000, Duration = TimeSpan.FromSeconds(30) };

        Assert.Equal(TimeSpan.FromSeconds(65), options.TimeLimit(info));
        Assert.Equal(TimeSpan.FromSeconds(25), options.TimeLimit(info with { Duration = null }));
        Assert.InRange(
            options.TimeLimit(info with { Duration = TimeSpan.MaxValue }), TimeSpan.Zero, TimeSpan.FromDays(30));
    }
}
