using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Verification;

/// <summary>The ways in which numbers are compared with the reference.</summary>
internal static class Compare
{
    // Below it float16 has fewer digits than its relative precision promises.
    private const double SmallestNormalHalf = 1.0 / (1 << 14);

    /// <summary>The largest absolute difference.</summary>
    public static Deviation Absolute(string name, Tensor actual, Tensor expected) =>
        Largest(name, actual, expected, (a, b) => (a - b).abs());

    /// <summary>The largest difference in relation to the expected value, as rounding to float16 makes one.</summary>
    public static Deviation HalfRounding(string name, Tensor actual, Tensor expected) =>
        Largest(name, actual, expected, (a, b) => (a - b).abs() / b.abs().AtLeast(SmallestNormalHalf));

    /// <summary>The norm of the difference in relation to the norm of what is expected.</summary>
    public static Deviation RelativeNorm(string name, Tensor actual, Tensor expected)
    {
        if (!actual.shape.SequenceEqual(expected.shape))
            return DifferentShape(name, actual, expected);

        using var scope = NewDisposeScope();
        var (a, b) = (Wide(actual), Wide(expected));
        var (distance, size) = ((a - b).norm().item<double>(), b.norm().item<double>());
        var error = distance == 0 ? 0 : distance / size;
        return double.IsNaN(error)
            ? Deviation.Incomparable($"{name}: holds values that are not numbers")
            : new Deviation(error, $"{name}: differs by {distance:G4}, its norm is {size:G4}");
    }

    /// <summary>The largest absolute difference of tensors that are also of one data type.</summary>
    public static Deviation Same(string name, Tensor actual, Tensor expected) => actual.dtype == expected.dtype
        ? Absolute(name, actual, expected)
        : Deviation.Incomparable($"{name}: is of type {actual.dtype}, expected {expected.dtype}");

    /// <summary>The absolute difference of two numbers.</summary>
    public static Deviation Absolute(string name, double actual, double expected) =>
        Number(name, actual, expected, Math.Abs(actual - expected));

    /// <summary>The difference of two numbers in relation to the expected one.</summary>
    public static Deviation Relative(string name, double actual, double expected) => Number(
        name, actual, expected, actual == expected ? 0 : Math.Abs(actual - expected) / Math.Abs(expected));

    /// <summary>1 where two values differ, 0 where they are equal.</summary>
    public static Deviation Equal<T>(string name, T actual, T expected) =>
        EqualityComparer<T>.Default.Equals(actual, expected)
            ? default
            : new Deviation(1, $"{name}: {Show(actual)}, expected {Show(expected)}");

    /// <summary>The number of places where two lists differ; places that only one of them has count too.</summary>
    public static Deviation EqualLists<T>(string name, IReadOnlyList<T> actual, IReadOnlyList<T> expected)
    {
        var common = Math.Min(actual.Count, expected.Count);
        var counts = Enumerable.Range(0, common)
            .Select(i => Equal($"{name}[{i}]", actual[i], expected[i]))
            .Append(actual.Count == expected.Count
                ? default
                : new Deviation(
                    Math.Max(actual.Count, expected.Count) - common,
                    $"{name}: has {actual.Count} items, expected {expected.Count}"));
        return Deviation.Sum(counts);
    }

    /// <summary>The number of names that only one of two sets has.</summary>
    public static Deviation SameNames(string what, IEnumerable<string> actual, IEnumerable<string> expected)
    {
        var (ours, theirs) = (actual.ToHashSet(), expected.ToHashSet());
        return Deviation.Sum(
        [
            .. theirs.Except(ours).Select(name => new Deviation(1, $"{what}: '{name}' is missing")),
            .. ours.Except(theirs).Select(name => new Deviation(1, $"{what}: '{name}' is not expected")),
        ]);
    }

    private static Deviation Largest(
        string name, Tensor actual, Tensor expected, Func<Tensor, Tensor, Tensor> difference)
    {
        if (!actual.shape.SequenceEqual(expected.shape))
            return DifferentShape(name, actual, expected);

        if (actual.numel() == 0)
            return default;

        using var scope = NewDisposeScope();
        var (a, b) = (Wide(actual), Wide(expected));
        var errors = difference(a, b).nan_to_num(nan: double.PositiveInfinity).flatten();
        var at = errors.argmax().item<long>();
        var where = $"{name}[{string.Join(", ", Place(at, expected.shape))}]: {a.flatten()[at].item<double>():G9}, "
            + $"expected {b.flatten()[at].item<double>():G9}";
        return Number(errors[at].item<double>(), where);
    }

    private static Deviation Number(string name, double actual, double expected, double error) =>
        Number(error, $"{name}: {actual:G17}, expected {expected:G17}");

    private static Deviation Number(double error, string where) => error == 0
        ? default
        : new Deviation(double.IsNaN(error) ? double.PositiveInfinity : error, where);

    private static Tensor Wide(Tensor tensor) => tensor.detach().to(ScalarType.Float64, CPU);

    private static long[] Place(long flat, long[] shape)
    {
        var place = new long[shape.Length];
        for (var i = shape.Length - 1; i >= 0; i--)
            (flat, place[i]) = Math.DivRem(flat, shape[i]);

        return place;
    }

    private static Deviation DifferentShape(string name, Tensor actual, Tensor expected) => Deviation.Incomparable(
        $"{name}: has the shape [{string.Join(", ", actual.shape)}], expected [{string.Join(", ", expected.shape)}]");

    private static string Show<T>(T value)
    {
        const int Most = 60;
        var text = value is string ? $"'{value}'" : $"{value}";
        return text.Length <= Most ? text : $"{text[..Most]}…";
    }
}
