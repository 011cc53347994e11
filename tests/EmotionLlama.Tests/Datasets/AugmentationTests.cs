using EmotionLlama.Datasets;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Datasets;

public class AugmentationTests
{
    private static readonly AugmentationStrength Nothing = new()
    {
        Flip = 0,
        LeastCrop = 1,
        Brightness = 0,
        Contrast = 0,
        ImageNoise = 0,
        FeatureNoise = 0,
        FeatureDropout = 0,
        ModalityDropout = 0,
    };

    [Fact]
    public void With_no_strength_nothing_changes()
    {
        var (image, features) = Apply(new Augmentation(1, Nothing), 1);

        using var difference = (image - Picture()).abs().max();
        Assert.InRange(difference.item<float>(), 0, 1e-6f);
        Assert.Equal(Features(), features);
        image.Dispose();
    }

    [Fact]
    public void A_modality_is_changed_as_often_as_the_probability_says()
    {
        var augmentation = new Augmentation(0.3, Nothing with { Brightness = 1, FeatureNoise = 1 });
        var changed = new int[4];
        for (var seed = 0UL; seed < 1_000; seed++)
        {
            var (image, features) = Apply(augmentation, seed);
            using (image)
            using (var same = image.equal(Picture()).all())
                changed[3] += same.item<bool>() ? 0 : 1;
            for (var row = 0; row < 3; row++)
                changed[row] += features[row * 1024] == Features()[row * 1024] ? 0 : 1;
        }

        Assert.All(changed, count => Assert.InRange(count, 240, 360));
    }

    [Fact]
    public void A_flip_mirrors_left_and_right()
    {
        var (image, _) = Apply(new Augmentation(1, Nothing with { Flip = 1 }), 1);

        using (image)
        using (var difference = (image - Picture().flip(2)).abs().max())
            Assert.InRange(difference.item<float>(), 0, 1e-6f);
    }

    [Fact]
    public void Feature_noise_follows_the_features_own_deviation()
    {
        var (_, features) = Apply(new Augmentation(1, Nothing with { FeatureNoise = 0.5 }), 1);
        var original = Features();
        for (var row = 0; row < 3; row++)
        {
            var change = Deviation(Enumerable.Range(row * 1024, 1024).Select(i => features[i] - (double)original[i]));
            var own = Deviation(original.Skip(row * 1024).Take(1024).Select(number => (double)number));
            Assert.InRange(change / own, 0.45, 0.55);
        }
    }

    [Fact]
    public void Feature_dropout_clears_its_share_of_numbers()
    {
        var (_, features) = Apply(new Augmentation(1, Nothing with { FeatureDropout = 0.2 }), 1);

        Assert.InRange(features.Count(number => number == 0), 0.17 * 3072, 0.23 * 3072);
    }

    [Fact]
    public void At_most_one_modality_is_blanked_and_each_has_its_turn()
    {
        var augmentation = new Augmentation(1, Nothing with { ModalityDropout = 1 });
        var blanked = new int[4];
        for (var seed = 0UL; seed < 400; seed++)
        {
            var (image, features) = Apply(augmentation, seed);
            bool[] blank =
            [
                .. Enumerable.Range(0, 3).Select(row => features.AsSpan(row * 1024, 1024).IndexOfAnyExcept(0f) < 0),
                image.eq(0).all().item<bool>(),
            ];
            image.Dispose();
            Assert.Single(blank, isBlank => isBlank);
            blanked[Array.IndexOf(blank, true)]++;
        }

        Assert.All(blanked, count => Assert.InRange(count, 65, 135));
    }

    [Fact]
    public void What_is_withheld_stays_blank()
    {
        var features = new float[3 * 1024];
        using var image = new Augmentation(1).Apply(zeros(3, 8, 8), hasImage: false, features, 3);

        Assert.True(image.eq(0).all().item<bool>());
        Assert.All(features, number => Assert.Equal(0, number));
    }

    [Fact]
    public void A_probability_is_one() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Augmentation(1.5));

    [Fact]
    public void No_tensor_is_left_behind()
    {
        using var scope = NewDisposeScope();
        var picture = Picture();
        var before = scope.DisposablesCount;

        using var image = new Augmentation(1, new AugmentationStrength { ModalityDropout = 0 })
            .Apply(picture, true, Features(), 1);

        Assert.Equal(before, scope.DisposablesCount);
    }

    private static (Tensor Image, float[] Features) Apply(Augmentation augmentation, ulong seed)
    {
        var features = Features();
        var image = augmentation.Apply(Picture(), hasImage: true, features, seed);
        return (image, features);
    }

    private static Tensor Picture() => arange(3 * 8 * 8, dtype: ScalarType.Float32).reshape(3, 8, 8).div_(50);

    private static float[] Features() =>
        [.. Enumerable.Range(0, 3 * 1024).Select(i => (1 + (i / 1024)) * (float)(1.5 + Math.Sin(i)))];

    private static double Deviation(IEnumerable<double> numbers)
    {
        var all = numbers.ToArray();
        var mean = all.Average();
        return Math.Sqrt(all.Average(number => (number - mean) * (number - mean)));
    }
}
