using System.Globalization;

namespace EmotionLlama.World;

/// <summary>Draws the clips of the small world. A clip depends on the seed and its index alone, so that any part of a
/// data set of any length can be made without the rest.</summary>
public static class WorldClipFactory
{
    private const ulong CombinationPurpose = 1;
    private const ulong ClipPurpose = 2;

    private const double LeadSeconds = 0.15;
    private const double TailSeconds = 0.2;
    private const double ShortestSeconds = 1.6;
    private const double LongestSeconds = 2.4;

    /// <summary>The action units that the renderer knows.</summary>
    private static readonly int[] RenderedUnits = [1, 2, 4, 5, 6, 7, 12, 15, 23, 26];

    /// <summary>Draws a clip.</summary>
    /// <param name="seed">The seed of the data set.</param>
    /// <param name="index">The number of the clip, from 0. Each run of <see cref="EmotionTable.BlockLength"/> clips
    /// from a multiple of it is balanced over the emotions.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public static WorldClip Create(long seed, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var cues = CombinationAt(seed, index);
        var random = new WorldRandom(seed, index, ClipPurpose);
        var units = DrawActionUnits(cues.Face, ref random);
        var voice = DrawVoice(cues.Voice, ref random);
        var line = SpokenLines.Draw(cues.Words, ref random);
        var spoken = SpeechTiming.Count(line.Text) / voice.SyllablesPerSecond;
        var duration = Math.Clamp(LeadSeconds + spoken + TailSeconds, ShortestSeconds, LongestSeconds);
        var peak = duration * random.Between(0.4, 0.6);
        return new WorldClip
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"world_{seed:D5}_{index:D7}"),
            Seed = seed,
            Index = index,
            Cues = cues,
            Emotion = EmotionTable.Of(cues),
            ActionUnits = units,
            Voice = voice,
            Line = line,
            Syllables = SpeechTiming.Lay(
                line.Text, voice.SyllablesPerSecond, LeadSeconds, duration - (TailSeconds / 2)),
            Identity = DrawIdentity(ref random),
            Pose = new HeadPose(Yaw: random.Around(14), Pitch: random.Around(9), Roll: random.Around(7)),
            Light = new SceneLight(
                Direction: random.Between(-70, 70),
                Contrast: random.Between(0.25, 0.9),
                Warmth: random.Around(1),
                Exposure: random.Between(0.88, 1.1)),
            NoiseLevel = random.Between(0.5, 5),
            DurationSeconds = duration,
            PeakSeconds = peak,
            // Before or after the peak, never on it: closed eyes would hide what the lids do there.
            BlinkSeconds = random.Chance(0.5) ? peak - random.Between(0.4, 0.6) : peak + random.Between(0.4, 0.6),
        };
    }

    /// <summary>The action units that make up a face cue, in ascending order.</summary>
    public static IReadOnlyList<int> UnitsOf(FaceCue face) => face switch
    {
        FaceCue.Smile => [6, 12],
        FaceCue.LoweredBrow => [4, 7, 23],
        FaceCue.RaisedBrow => [1, 2, 5, 26],
        _ => throw new ArgumentOutOfRangeException(nameof(face), face, "not a face cue"),
    };

    private static CueCombination CombinationAt(long seed, int index)
    {
        Span<CueCombination> block = [.. EmotionTable.Block];
        var (number, place) = Math.DivRem(index, block.Length);
        new WorldRandom(seed, number, CombinationPurpose).Shuffle(block);
        return block[place];
    }

    private static SortedDictionary<int, float> DrawActionUnits(FaceCue face, ref WorldRandom random)
    {
        var active = UnitsOf(face);
        var units = new SortedDictionary<int, float>();
        foreach (var unit in RenderedUnits)
        {
            if (active.Contains(unit))
                units[unit] = random.Between(0.5, 1);
            else if (random.Chance(0.4))
                units[unit] = random.Between(0.02, 0.2);
        }

        return units;
    }

    private static VoiceProfile DrawVoice(VoiceCue voice, ref WorldRandom random) => voice == VoiceCue.Lively
        ? new VoiceProfile
        {
            PitchHz = random.Between(185, 270),
            PitchRange = random.Between(0.14, 0.22),
            Energy = random.Between(0.12, 0.2),
            SyllablesPerSecond = random.Between(5, 6.4),
            Tremor = random.Between(0, 0.008),
            Brightness = random.Between(0.65, 1),
            FormantScale = random.Between(0.95, 1.15),
        }
        : new VoiceProfile
        {
            PitchHz = random.Between(100, 160),
            PitchRange = random.Between(0.02, 0.06),
            Energy = random.Between(0.03, 0.06),
            SyllablesPerSecond = random.Between(2.8, 3.6),
            Tremor = random.Between(0.04, 0.08),
            Brightness = random.Between(0, 0.3),
            FormantScale = random.Between(0.95, 1.15),
        };

    private static FaceIdentity DrawIdentity(ref WorldRandom random) => new()
    {
        Skin = random.Between(0, 1),
        Hair = random.Between(0, 1),
        HairStyle = random.Pick(Enum.GetValues<HairStyle>()),
        EyeColor = random.Between(0, 1),
        Clothes = random.Between(0, 1),
        Background = random.Between(0, 1),
        HeadWidth = random.Between(0.94, 1.06),
        JawWidth = random.Between(0.88, 1.12),
        FaceLength = random.Between(0.96, 1.05),
        EyeSpacing = random.Between(0.93, 1.07),
        EyeSize = random.Between(0.92, 1.1),
        BrowThickness = random.Between(0.75, 1.3),
        NoseWidth = random.Between(0.85, 1.25),
        LipFullness = random.Between(0.8, 1.3),
        Glasses = random.Chance(0.12),
    };
}
