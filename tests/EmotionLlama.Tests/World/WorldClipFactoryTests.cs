using System.Text.Json;
using EmotionLlama.World;

namespace EmotionLlama.Tests.World;

public sealed class WorldClipFactoryTests
{
    [Fact]
    public void A_seed_and_an_index_name_a_clip_for_good()
    {
        var clip = WorldClipFactory.Create(42, 1);

        Assert.Equal("world_00042_0000001", clip.Name);
        Assert.Equal(new CueCombination(FaceCue.Smile, VoiceCue.Lively, WordsCue.Pleasant), clip.Cues);
        Assert.Equal("The school concert was a joy from start to end.", clip.Line.Text);
        Assert.Equal(55, clip.FrameCount);
    }

    [Fact]
    public void The_same_seed_and_index_give_the_same_clip() =>
        Assert.Equal(Describe(7, 123), Describe(7, 123));

    [Theory]
    [InlineData(8, 123)]
    [InlineData(-7, 123)]
    [InlineData(7, 124)]
    public void Another_seed_or_index_gives_another_person(long seed, int index) =>
        Assert.NotEqual(WorldClipFactory.Create(7, 123).Identity, WorldClipFactory.Create(seed, index).Identity);

    [Fact]
    public void Whole_blocks_are_balanced_and_differ_in_order()
    {
        var clips = Clips(seed: 3, count: 4 * EmotionTable.BlockLength);

        Assert.All(clips.CountBy(clip => clip.Emotion), emotion => Assert.Equal(8, emotion.Value));
        var blocks = clips
            .Chunk(EmotionTable.BlockLength)
            .Select(block => string.Join(' ', block.Select(clip => clip.Cues)));
        Assert.Equal(4, blocks.Distinct().Count());
    }

    [Fact]
    public void Units_of_the_cue_are_strong_and_all_others_weak()
    {
        foreach (var clip in Clips(seed: 5, count: 200))
        {
            var active = WorldClipFactory.UnitsOf(clip.Cues.Face);
            Assert.All(active, unit => Assert.InRange(clip.ActionUnits[unit], 0.5f, 1));
            Assert.All(
                clip.ActionUnits.Where(unit => !active.Contains(unit.Key)),
                unit => Assert.InRange(unit.Value, 0, 0.2f));
        }
    }

    [Fact]
    public void Lively_and_subdued_voices_do_not_overlap()
    {
        var voices = Clips(seed: 6, count: 400).ToLookup(clip => clip.Cues.Voice, clip => clip.Voice);
        AssertApart(voice => voice.PitchHz);
        AssertApart(voice => voice.Energy);
        AssertApart(voice => voice.SyllablesPerSecond);
        AssertApart(voice => voice.Brightness);
        AssertApart(voice => -voice.Tremor);

        void AssertApart(Func<VoiceProfile, float> property) =>
            Assert.True(voices[VoiceCue.Lively].Min(property) > voices[VoiceCue.Subdued].Max(property));
    }

    [Fact]
    public void The_peak_and_the_speech_lie_inside_the_clip_and_no_blink_covers_the_peak()
    {
        foreach (var clip in Clips(seed: 8, count: 300))
        {
            Assert.InRange(clip.DurationSeconds, 1.6, 2.4);
            Assert.InRange(clip.PeakFrame, 1, clip.FrameCount - 2);
            Assert.InRange(clip.Syllables.Count, 4, 16);
            Assert.InRange(clip.Syllables[^1].Start + clip.Syllables[^1].Duration, 0, clip.DurationSeconds);
            Assert.True(Math.Abs(clip.BlinkSeconds - clip.PeakSeconds) > 0.35);
        }
    }

    [Fact]
    public void A_negative_index_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => WorldClipFactory.Create(1, -1));

    private static string Describe(long seed, int index) =>
        JsonSerializer.Serialize(WorldClipFactory.Create(seed, index));

    private static List<WorldClip> Clips(long seed, int count) =>
        [.. Enumerable.Range(0, count).Select(index => WorldClipFactory.Create(seed, index))];
}
