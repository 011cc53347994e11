using EmotionLlama.Media;
using EmotionLlama.World;

namespace EmotionLlama.Tests.World;

public sealed class FaceRendererTests
{
    private const int Size = 112;

    private static readonly (int Top, int Bottom) Brows = (28, 48);
    private static readonly (int Top, int Bottom) Eyes = (46, 60);
    private static readonly (int Top, int Bottom) Mouth = (72, 90);

    [Fact]
    public void The_same_moment_looks_the_same_and_another_clip_does_not()
    {
        var clip = WorldClipFactory.Create(1, 5);
        var picture = FaceRenderer.Render(clip, clip.PeakSeconds, Size);

        Assert.Equal(picture.Pixels, FaceRenderer.Render(clip, clip.PeakSeconds, Size).Pixels);
        var other = WorldClipFactory.Create(2, 5);
        Assert.True(Difference(picture, FaceRenderer.Render(other, other.PeakSeconds, Size), (0, Size)) > 5);
    }

    [Theory]
    [InlineData(1, "brows")]
    [InlineData(2, "brows")]
    [InlineData(4, "brows")]
    [InlineData(5, "eyes")]
    [InlineData(7, "eyes")]
    [InlineData(12, "mouth")]
    [InlineData(15, "mouth")]
    [InlineData(23, "mouth")]
    [InlineData(26, "mouth")]
    public void An_action_unit_moves_its_part_of_the_face(int unit, string part)
    {
        var moved = new Dictionary<string, double>
        {
            ["brows"] = Movement(unit, Brows),
            ["eyes"] = Movement(unit, Eyes),
            ["mouth"] = Movement(unit, Mouth),
        };

        Assert.Equal(part, moved.MaxBy(region => region.Value).Key);
        Assert.True(moved[part] > 0.8, $"moved by {moved[part]:0.00} only");
    }

    [Fact]
    public void Raised_cheeks_lift_the_lower_lids_and_fold_the_skin_below() =>
        Assert.True(Movement(6, (50, 66)) > Movement(6, Brows));

    [Fact]
    public void The_expression_rises_to_the_peak_and_falls_again()
    {
        var clip = Calm() with { ActionUnits = new Dictionary<int, float> { [12] = 1, [6] = 1 } };
        var peak = FaceRenderer.Render(clip, clip.PeakSeconds, Size);

        double[] distances = [.. new[] { -0.6, -0.35, -0.1, 0.1, 0.35, 0.6 }.Select(fromPeak =>
            Difference(peak, FaceRenderer.Render(clip, clip.PeakSeconds + fromPeak, Size), Mouth))];

        Assert.True(distances[0] > distances[1] && distances[1] > distances[2]);
        Assert.True(distances[5] > distances[4] && distances[4] > distances[3]);
    }

    [Fact]
    public void The_mouth_moves_with_the_speech()
    {
        var silent = Calm();
        var spoken = silent with { Syllables = [new Syllable(silent.PeakSeconds - 0.1, 0.2, 'a', Hiss: false)] };
        var (closed, open) = (
            FaceRenderer.Render(silent, silent.PeakSeconds, Size),
            FaceRenderer.Render(spoken, spoken.PeakSeconds, Size));

        Assert.True(Difference(closed, open, Mouth) > 0.8);
        Assert.Equal(0, Difference(closed, open, Brows));
    }

    [Fact]
    public void Noise_has_the_clips_level()
    {
        var clean = Calm();
        var noisy = clean with { NoiseLevel = 4 };
        var (smooth, rough) = (
            FaceRenderer.Render(clean, clean.PeakSeconds, Size), FaceRenderer.Render(noisy, noisy.PeakSeconds, Size));
        var variance = smooth.Pixels.Zip(rough.Pixels, (a, b) => Math.Pow(a - b, 2)).Average();

        Assert.InRange(Math.Sqrt(variance), 3.4, 4.6);
    }

    [Theory]
    [InlineData(64, FaceFraming.Face)]
    [InlineData(448, FaceFraming.Scene)]
    public void Every_size_and_framing_gives_a_full_picture(int size, FaceFraming framing)
    {
        var clip = WorldClipFactory.Create(4, 9);
        var picture = FaceRenderer.Render(clip, clip.PeakSeconds, size, framing);

        Assert.Equal((size, size), (picture.Width, picture.Height));
        Assert.True(picture.Pixels.Distinct().Count() > 100);
    }

    [Fact]
    public void A_tiny_size_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => FaceRenderer.Render(Calm(), 0, 8));

    /// <summary>Somebody without glasses or fringe, looking straight ahead, silent and without noise.</summary>
    private static WorldClip Calm()
    {
        var clip = WorldClipFactory.Create(1, 0);
        return clip with
        {
            ActionUnits = new Dictionary<int, float>(),
            Syllables = [],
            Pose = default,
            NoiseLevel = 0,
            Light = new SceneLight(Direction: 0, Contrast: 0.4f, Warmth: 0, Exposure: 1),
            Identity = clip.Identity with { Glasses = false, HairStyle = HairStyle.Shaved, Skin = 0.2f },
        };
    }

    private static double Movement(int unit, (int Top, int Bottom) rows)
    {
        var calm = Calm();
        var moved = calm with { ActionUnits = new Dictionary<int, float> { [unit] = 1 } };
        return Difference(
            FaceRenderer.Render(calm, calm.PeakSeconds, Size),
            FaceRenderer.Render(moved, moved.PeakSeconds, Size), rows);
    }

    /// <summary>The mean absolute difference of the rows of two pictures, in steps of brightness.</summary>
    private static double Difference(RgbImage first, RgbImage second, (int Top, int Bottom) rows)
    {
        var range = new Range(rows.Top * Size * 3, rows.Bottom * Size * 3);
        return first.Pixels[range].Zip(second.Pixels[range], (a, b) => Math.Abs(a - b)).Average();
    }
}
