using EmotionLlama.World;

namespace EmotionLlama.Tests.World;

public sealed class CaptionWriterTests
{
    private static readonly IReadOnlyList<WorldClip> Clips =
        [.. Enumerable.Range(0, 540).Select(index => WorldClipFactory.Create(13, index))];

    [Fact]
    public void Both_captions_end_with_the_label() => Assert.All(Clips, clip =>
    {
        var ending = $", so the person feels {CaptionWriter.Label(clip.Emotion)}.";
        Assert.EndsWith(ending, CaptionWriter.FineGrained(clip), StringComparison.Ordinal);
        Assert.EndsWith(ending, CaptionWriter.CoarseGrained(clip), StringComparison.Ordinal);
    });

    [Fact]
    public void The_fine_caption_names_the_action_units_of_the_cue_and_no_other() => Assert.All(Clips, clip =>
    {
        var caption = CaptionWriter.FineGrained(clip);
        foreach (var face in Enum.GetValues<FaceCue>())
        {
            Assert.All(WorldClipFactory.UnitsOf(face), unit => Assert.Equal(
                face == clip.Cues.Face, caption.Contains(CaptionWriter.Code(unit), StringComparison.Ordinal)));
        }
    });

    [Fact]
    public void The_fine_caption_tells_what_the_words_are_about() => Assert.All(Clips, clip =>
    {
        var caption = CaptionWriter.FineGrained(clip);
        Assert.Contains(clip.Line.Gist, caption, StringComparison.Ordinal);
        Assert.Contains(
            clip.Cues.Words == WordsCue.Pleasant ? "good news" : "bad news", caption, StringComparison.Ordinal);
    });

    [Fact]
    public void Captions_are_short_and_worded_in_many_ways()
    {
        Assert.All(Clips, clip => Assert.InRange(CaptionWriter.FineGrained(clip).Split(' ').Length, 30, 60));
        Assert.All(Clips, clip => Assert.InRange(CaptionWriter.CoarseGrained(clip).Split(' ').Length, 15, 40));
        Assert.True(Clips.Select(CaptionWriter.FineGrained).Distinct().Count() > 400);
    }

    [Fact]
    public void A_clip_is_always_told_in_the_same_words() =>
        Assert.Equal(CaptionWriter.FineGrained(Clips[7]), CaptionWriter.FineGrained(WorldClipFactory.Create(13, 7)));

    [Fact]
    public void The_voice_is_told_as_it_sounds() => Assert.All(Clips, clip =>
    {
        var caption = CaptionWriter.FineGrained(clip);
        var subdued = caption.Contains("soft, slow", StringComparison.Ordinal)
            || caption.Contains("quiet and slow", StringComparison.Ordinal);
        Assert.Equal(clip.Cues.Voice == VoiceCue.Subdued, subdued);
    });
}
