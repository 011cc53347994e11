using EmotionLlama.Models.Encoders;

namespace EmotionLlama.Tests.Models.Encoders;

/// <summary>Which frames of a clip the video encoder sees.</summary>
public sealed class VideoSegmentsTests
{
    [Fact]
    public void Two_frames_in_the_middle_of_each_eighth_are_chosen() => Assert.Equal(
        [6, 7, 18, 19, 30, 31, 43, 44, 55, 56, 68, 69, 80, 81, 92, 93], VideoSegments.Choose(100));

    [Fact]
    public void Sixteen_frames_are_all_chosen() =>
        Assert.Equal(Enumerable.Range(0, 16), VideoSegments.Choose(16));

    [Fact]
    public void The_shortest_clip_that_is_cut_has_ten_frames() => Assert.Equal(
        [0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 6, 7, 7, 8, 8, 9], VideoSegments.Choose(10));

    [Theory]
    [InlineData(9, 1)]
    [InlineData(2, 1)]
    [InlineData(1, 0)]
    public void A_shorter_clip_gives_its_first_frames_again_and_again(int frames, int second) =>
        Assert.Equal(Enumerable.Repeat((int[])[0, second], 8).SelectMany(pair => pair), VideoSegments.Choose(frames));

    [Fact]
    public void Every_frame_lies_in_the_clip()
    {
        for (var frames = 1; frames < 400; frames++)
        {
            var chosen = VideoSegments.Choose(frames);
            Assert.Equal(16, chosen.Length);
            Assert.All(chosen, frame => Assert.InRange(frame, 0, frames - 1));
        }
    }

    [Fact]
    public void A_clip_without_frames_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => VideoSegments.Choose(0));
}
