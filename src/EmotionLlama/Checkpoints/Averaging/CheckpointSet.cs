using System.Globalization;
using EmotionLlama.Checkpoints.Pickling;

namespace EmotionLlama.Checkpoints.Averaging;

/// <summary>Checkpoints that may be averaged: open, with the same weights, of the same base.</summary>
public sealed class CheckpointSet : IDisposable
{
    /// <summary>Keys of a recipe's model that must agree, with whether only the last part of a path does: the same base
    /// may lie elsewhere on another machine.</summary>
    private static readonly (string Key, bool IsPath)[] ModelKeys =
    [
        ("arch", false), ("llama_model", true), ("vit_model", true), ("lora_r", false), ("lora_alpha", false),
        ("lora_target_modules", false),
    ];

    private readonly List<IOpenWeights> _open;

    private CheckpointSet(List<IOpenWeights> open, IReadOnlyList<AveragedCheckpoint> checkpoints)
    {
        _open = open;
        Checkpoints = checkpoints;
    }

    /// <summary>The checkpoints, in the order they were given.</summary>
    public IReadOnlyList<AveragedCheckpoint> Checkpoints { get; }

    /// <summary>Opens checkpoints and compares them, without reading the values of their tensors.</summary>
    /// <param name="paths">PyTorch checkpoints of ours or the original's, or safetensors files; at least two.</param>
    /// <exception cref="InputException">There are fewer, one occurs twice, one cannot be opened, or two do not go
    /// together: other names, shapes, ranks or bases.</exception>
    public static CheckpointSet Open(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count < 2)
        {
            throw new InputException($"{(paths.Count == 0 ? "no checkpoint" : paths[0])}: an average needs at least "
                + "two checkpoints; name more");
        }

        if (paths.GroupBy(Path.GetFullPath).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new InputException($"{twice.First()}: is given {twice.Count()} times; --weights weighs checkpoints");

        List<IOpenWeights> open = [];
        try
        {
            var checkpoints = paths.Select(path => Open(path, open)).ToList();
            foreach (var other in checkpoints.Skip(1))
                CheckAlike(checkpoints[0], other);

            return new CheckpointSet(open, checkpoints);
        }
        catch
        {
            open.ForEach(weights => weights.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _open.ForEach(weights => weights.Dispose());

    private static AveragedCheckpoint Open(string path, List<IOpenWeights> open)
    {
        if (Directory.Exists(path))
        {
            throw new InputException($"{path}: is a folder; name checkpoint files, or choose of a run's folder by "
                + "--epochs or --last");
        }

        var weights = WeightSources.Open(path);
        open.Add(weights);
        if (weights.Names.Count == 0)
            throw new InputException($"{path}: holds no weights; is this a checkpoint of a training run?");

        var root = (weights as TorchCheckpoint)?.Root as OrderedDictionary<object, object?>;
        return new AveragedCheckpoint(
            path,
            PeftNames.Normalize(weights),
            root?.GetValueOrDefault("epoch") as long?,
            root?.GetValueOrDefault("config") as OrderedDictionary<object, object?>);
    }

    private static void CheckAlike(AveragedCheckpoint first, AveragedCheckpoint other)
    {
        if (Section(first.Config) is { } model && Section(other.Config) is { } otherModel)
            CheckModel(first, model, other, otherModel);

        foreach (var name in first.Weights.Names)
        {
            var expected = first.Weights.ShapeOf(name)!;
            var shape = other.Weights.ShapeOf(name) ?? throw new InputException(
                $"{other.Path}: lacks the tensor '{name.Printable()}', which {first.Path} has; average checkpoints "
                + "of one kind of run");
            if (shape.SequenceEqual(expected))
                continue;

            var what = name.Contains(".lora_", StringComparison.Ordinal) ? "another LoRA rank" : "another model";
            throw new InputException($"{other.Path}: '{name.Printable()}' has the shape [{string.Join(", ", shape)}], "
                + $"that of {first.Path} is [{string.Join(", ", expected)}]: it is of {what}");
        }

        if (other.Weights.Names.FirstOrDefault(name => first.Weights.ShapeOf(name) is null) is { } added)
        {
            throw new InputException($"{other.Path}: has the tensor '{added.Printable()}', which {first.Path} lacks; "
                + "average checkpoints of one kind of run");
        }
    }

    private static void CheckModel(
        AveragedCheckpoint first,
        OrderedDictionary<object, object?> model,
        AveragedCheckpoint other,
        OrderedDictionary<object, object?> otherModel)
    {
        foreach (var (key, isPath) in ModelKeys)
        {
            if (!model.TryGetValue(key, out var value) || !otherModel.TryGetValue(key, out var otherValue)
                || value is null || otherValue is null)
            {
                continue;
            }

            var (one, two) = (Text(value), Text(otherValue));
            if (isPath ? LastPart(one) != LastPart(two) : one != two)
            {
                throw new InputException($"{other.Path}: was trained with model.{key} {two.Printable()}, "
                    + $"{first.Path} with {one.Printable()}; weights of different models have no average");
            }
        }
    }

    private static OrderedDictionary<object, object?>? Section(OrderedDictionary<object, object?>? config) =>
        config?.GetValueOrDefault("model") as OrderedDictionary<object, object?>;

    private static string LastPart(string path) => path.TrimEnd('/', '\\').Split('/', '\\')[^1];

    private static string Text(object? value) => value switch
    {
        List<object?> items => string.Join(", ", items.Select(Text)),
        PythonTuple tuple => string.Join(", ", tuple.Items.Select(Text)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => $"{value}",
    };
}
