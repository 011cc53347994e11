using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Pickling;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Verification;

/// <summary>PyTorch checkpoints with every kind of value, and one that would run a command.</summary>
internal sealed class PickleChecks : ICheckFamily
{
    private const string HostileFile = "pickle_hostile.pth";

    /// <inheritdoc/>
    public string Name => "pickle";

    /// <inheritdoc/>
    public IEnumerable<ReferenceCheck> ChecksOf(ReferenceFolder folder)
    {
        yield return new("pickle_variety", 0, () => CompareVariety(folder));
        yield return new("pickle_hostile", 0, () => ExpectRefusal(folder));
    }

    /// <summary>The entries that the layout fixes; <c>t</c> is 0 … 23 as <c>[4, 6]</c>.</summary>
    private static OrderedDictionary<string, object?> Variety()
    {
        var t = TensorArithmetic.Range(24, ScalarType.Float32).reshape(4, 6);
        return new()
        {
            ["f16"] = t.to(ScalarType.Float16),
            ["bf16"] = t.to(ScalarType.BFloat16),
            ["i64"] = t.to(ScalarType.Int64),
            ["u8"] = t.to(ScalarType.Byte),
            ["bool"] = t.IsAbove(3),
            ["view"] = t[1..3, TensorIndex.Slice(step: 2)],
            ["transposed"] = t.T,
            ["shared"] = t[2],
            ["scalar"] = tensor(3.5f),
            ["empty"] = zeros(0, 3),
            ["param"] = t,
            ["nested"] = new List<object?>
            {
                new Dictionary<string, object?> { ["a"] = new PythonTuple(1L, 2.5, "x", null, true) },
                new Dictionary<string, object?> { ["b"] = t[..1] },
            },
            ["np"] = 1.25,
            ["size"] = new PythonTuple(2L, 3L),
        };
    }

    private static Deviation CompareVariety(ReferenceFolder folder)
    {
        using var checkpoint = TorchCheckpoint.Open(folder.Find("pickle_variety.pth"));
        return CompareValue("", checkpoint.Root, Variety());
    }

    private static Deviation CompareValue(string name, object? actual, object? expected) => (actual, expected) switch
    {
        (StoredTensor tensor, Tensor values) => Compare.Same(name, tensor.Read(), values),
        (OrderedDictionary<object, object?> entries, IEnumerable<KeyValuePair<string, object?>> wanted) =>
            CompareEntries(name, entries, wanted.ToDictionary()),
        (List<object?> items, List<object?> wanted) when items.Count == wanted.Count =>
            Deviation.Worst(items.Zip(wanted).Select(
                (pair, i) => CompareValue($"{name}[{i}]", pair.First, pair.Second))),
        _ => Compare.Equal(name, actual, expected),
    };

    private static Deviation CompareEntries(
        string name, OrderedDictionary<object, object?> entries, Dictionary<string, object?> wanted)
    {
        var names = Compare.SameNames(name, entries.Keys.Select(key => $"{key}"), wanted.Keys);
        return names.Error > 0
            ? names
            : Deviation.Worst(wanted.Select(pair => CompareValue($"{name}/{pair.Key}", entries[pair.Key], pair.Value)));
    }

    /// <summary>The reader calls nothing that a pickle names, so a refusal that names what it wanted is proof that
    /// nothing ran; any other error would mean that the file was not understood so far.</summary>
    private static Deviation ExpectRefusal(ReferenceFolder folder)
    {
        var path = folder.Find(HostileFile);
        try
        {
            using var _ = TorchCheckpoint.Open(path);
            return new Deviation(1, $"{HostileFile}: was loaded, but has to be refused");
        }
        catch (InputException e)
        {
            return e.Message.Contains("refuses to load", StringComparison.Ordinal)
                ? default
                : new Deviation(1, $"{HostileFile}: is not refused for what it would run: {e.Message}");
        }
    }
}
