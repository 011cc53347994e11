using EmotionLlama.Models;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints.Averaging;

/// <summary>The weighted mean of the weights of several sources, computed tensor by tensor as it is read: in float64,
/// given in float32. The sources have the same names and shapes, as <see cref="CheckpointSet"/> makes sure.</summary>
/// <remarks>LoRA's two matrices are averaged each for itself. The mean of the products would have a higher rank; near
/// each other, as checkpoints of one run are, the two differ by the product of small differences.</remarks>
public sealed class AveragedWeights : IWeightSource
{
    private readonly IReadOnlyList<IWeightSource> _sources;
    private readonly double[] _shares;

    /// <summary>Joins sources, which stay the caller's to dispose.</summary>
    /// <param name="sources">At least one.</param>
    /// <param name="weights">A weight above 0 for each; they need not add up to 1.</param>
    /// <exception cref="ArgumentException">The numbers differ, or a weight is impossible.</exception>
    public AveragedWeights(IReadOnlyList<IWeightSource> sources, IReadOnlyList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(weights);
        if (sources.Count == 0 || sources.Count != weights.Count
            || !weights.All(weight => weight > 0 && double.IsFinite(weight)))
        {
            throw new ArgumentException("an average needs sources, and a weight above 0 for each", nameof(weights));
        }

        var sum = weights.Sum();
        _sources = sources;
        _shares = [.. weights.Select(weight => weight / sum)];
    }

    /// <summary>What each source contributes; the sum is 1.</summary>
    public IReadOnlyList<double> Shares => _shares;

    /// <inheritdoc/>
    public string Location => _sources is [var only]
        ? only.Location
        : $"the average of {string.Join(", ", _sources.Select(source => source.Location))}";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _sources[0].Names;

    /// <inheritdoc/>
    public IReadOnlyList<long>? ShapeOf(string name) => _sources[0].ShapeOf(name);

    /// <inheritdoc/>
    /// <exception cref="InputException">A source lacks the tensor, has it in whole numbers, or holds a value that is
    /// not finite.</exception>
    public Tensor Read(string name)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var sum = ReadFinite(_sources[0], name).ScaleInPlace(_shares[0]);
        for (var i = 1; i < _sources.Count; i++)
        {
            using var inner = NewDisposeScope();
            sum.AddInPlace(ReadFinite(_sources[i], name), _shares[i]);
        }

        return sum.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Reads a tensor in float64, on its own memory.</summary>
    /// <exception cref="InputException">It is missing, of whole numbers, or not finite.</exception>
    internal static Tensor ReadFinite(IWeightSource source, string name)
    {
        var stored = source.Read(name);
        if (!stored.is_floating_point())
        {
            throw new InputException($"{source.Location}: '{name.Printable()}' is of {TorchTypes.Name(stored.dtype)}, "
                + "which has no average; only trained weights are averaged");
        }

        var values = stored.to(ScalarType.Float64, copy: true);
        return values.isfinite().all().item<bool>()
            ? values
            : throw new InputException($"{source.Location}: '{name.Printable()}' holds values that are not finite "
                + "(NaN or infinite); leave this checkpoint out");
    }
}
