using EmotionLlama.Verification;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Verification;

public sealed class CompareTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void The_largest_difference_is_found_with_its_place()
    {
        var expected = tensor(new[,] { { 1.0, 2, 3 }, { 4, 5, 6 } });
        var actual = tensor(new[,] { { 1.0, 2.5, 3 }, { 4, 5, 5 } });

        var deviation = Compare.Absolute("x", actual, expected);

        Assert.Equal(1, deviation.Error);
        Assert.Equal("x[1, 2]: 5, expected 6", deviation.Where);
        Assert.Equal(default, Compare.Absolute("x", expected, expected));
    }

    [Fact]
    public void Another_shape_cannot_be_compared()
    {
        var deviation = Compare.Absolute("x", zeros(2, 3), zeros(3, 2));

        Assert.Equal(double.PositiveInfinity, deviation.Error);
        Assert.Equal("x: has the shape [2, 3], expected [3, 2]", deviation.Where);
        Assert.Equal(double.PositiveInfinity, Compare.RelativeNorm("x", zeros(2), zeros(3)).Error);
    }

    [Fact]
    public void A_value_that_is_not_a_number_never_fits()
    {
        var (number, none) = (tensor(new[] { 1.0, 2 }), tensor(new[] { 1.0, double.NaN }));

        Assert.Equal(double.PositiveInfinity, Compare.Absolute("x", none, number).Error);
        Assert.Equal(double.PositiveInfinity, Compare.Absolute("x", number, none).Error);
        Assert.Equal(double.PositiveInfinity, Compare.RelativeNorm("x", none, number).Error);
        Assert.Equal(double.PositiveInfinity, Compare.Absolute("x", double.NaN, 1).Error);
        Assert.Equal(double.PositiveInfinity, Compare.Relative("x", 1, double.NaN).Error);
    }

    [Fact]
    public void Integers_are_compared_exactly()
    {
        var expected = tensor(new long[] { 1L << 40, -100 });

        Assert.Equal(1, Compare.Absolute("x", expected + 1, expected).Error);
    }

    [Fact]
    public void The_same_values_in_another_type_are_not_the_same()
    {
        Assert.Equal(default, Compare.Same("x", ones(2), ones(2)));
        Assert.Contains("expected Float32", Compare.Same("x", ones(2, ScalarType.Float64), ones(2)).Where,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Norms_are_compared_in_relation_to_what_is_expected()
    {
        var expected = tensor(new[] { 3.0, 4 });

        Assert.Equal(0.2, Compare.RelativeNorm("x", tensor(new[] { 3.0, 5 }), expected).Error, 12);
        Assert.Equal(0, Compare.RelativeNorm("x", zeros(2), zeros(2)).Error);
        Assert.Equal(double.PositiveInfinity, Compare.RelativeNorm("x", ones(2), zeros(2)).Error);
        Assert.Equal(0.5, Compare.Relative("x", 3, 2).Error);
    }

    [Fact]
    public void Rounding_to_half_precision_stays_within_half_its_precision()
    {
        var expected = randn(10_000) * 3;

        var rounded = Compare.HalfRounding("x", expected.to(ScalarType.Float16), expected);
        var coarser = Compare.HalfRounding("x", expected.to(ScalarType.BFloat16), expected);

        Assert.InRange(rounded.Error, 1e-4, 1.0 / 2048);
        Assert.InRange(coarser.Error, 1.0 / 2048, 1);
    }

    [Fact]
    public void Differing_places_of_lists_are_counted()
    {
        var deviation = Compare.EqualLists("ids", [1, 2, 3, 4, 5], [1, 9, 3]);

        Assert.Equal(3, deviation.Error);
        Assert.Equal("ids[1]: 2, expected 9", deviation.Where);
        Assert.Equal(0, Compare.EqualLists("ids", [1, 2], [1, 2]).Error);
    }

    [Fact]
    public void Names_that_only_one_side_has_are_counted()
    {
        var deviation = Compare.SameNames("file", ["a", "b", "c"], ["b", "c", "d"]);

        Assert.Equal(2, deviation.Error);
        Assert.Equal("file: 'd' is missing", deviation.Where);
    }

    [Fact]
    public void Texts_are_shown_where_they_differ()
    {
        Assert.Equal("case 1: 'a', expected 'b'", Compare.Equal("case 1", "a", "b").Where);
        Assert.Equal(0, Compare.Equal("case 1", "a", "a").Error);
    }
}
