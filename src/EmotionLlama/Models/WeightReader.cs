using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>Takes a model's tensors out of a source, one by one: checks the shape first, then moves the tensor to its
/// device and data type, so that the host never holds more than one tensor of a large model, or, with transfers, a few
/// pieces of tensors.</summary>
/// <param name="source">Where the tensors come from.</param>
/// <param name="device">Where they go.</param>
/// <param name="dtype">The data type they get.</param>
/// <param name="prefix">Put before every name.</param>
/// <param name="transfers">Brings the values in the background, so that tensors hold them only once these have
/// finished; null reads each at once.</param>
public sealed class WeightReader(
    IWeightSource source, Device device, ScalarType dtype, string prefix = "", WeightTransfers? transfers = null)
{
    /// <summary>Where the tensors come from, for error messages.</summary>
    public string Location => source.Location;

    /// <summary>Where the tensors go.</summary>
    public Device Device => device;

    /// <summary>The data type they get.</summary>
    public ScalarType Dtype => dtype;

    /// <summary>A reader of the same source for the names below a prefix.</summary>
    public WeightReader Under(string name) => new(source, device, dtype, prefix + name, transfers);

    /// <summary>A reader of the same tensors that gives them another data type.</summary>
    public WeightReader As(ScalarType type) => new(source, device, type, prefix, transfers);

    /// <summary>A reader of the same tensors whose values are there at once, to compute with.</summary>
    public WeightReader AtOnce() => new(source, device, dtype, prefix);

    /// <summary>Whether the source has a tensor of that name.</summary>
    public bool Has(string name) => source.ShapeOf(prefix + name) is not null;

    /// <summary>The shape of a tensor.</summary>
    /// <exception cref="InputException">The source has no tensor of that name.</exception>
    public IReadOnlyList<long> ShapeOf(string name) =>
        source.ShapeOf(prefix + name)
        ?? throw new InputException($"{source.Location}: no tensor '{prefix}{name}'; is this the right file?");

    /// <summary>Reads a tensor of a known shape. The caller owns it; it belongs to no dispose scope.</summary>
    /// <exception cref="InputException">The tensor is missing or has another shape.</exception>
    public Tensor Take(string name, params ReadOnlySpan<long> shape)
    {
        CheckShape(name, shape);
        if (transfers is not null && source.Locate(prefix + name) is { } values)
        {
            var tensor = empty(shape, dtype, device).DetachFromDisposeScope();
            transfers.Fill(values, tensor);
            return tensor;
        }

        using var read = source.Read(prefix + name);
        return read.to(dtype, device, copy: true).DetachFromDisposeScope();
    }

    /// <summary>Reads a tensor into a part of another one that is there already.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="place">Where it goes; of its shape.</param>
    /// <exception cref="InputException">The tensor is missing or has another shape.</exception>
    public void Into(string name, Tensor place)
    {
        ArgumentNullException.ThrowIfNull(place);
        CheckShape(name, place.shape);
        Fill(prefix + name, place);
    }

    /// <summary>Reads matrices into one, each below the one before. The caller owns all of them; they belong to no
    /// dispose scope.</summary>
    /// <param name="columns">Columns of all of them.</param>
    /// <param name="matrices">Name and rows of each.</param>
    /// <returns>The whole, and the matrices as views of it.</returns>
    /// <exception cref="InputException">A matrix is missing or has another shape.</exception>
    public (Tensor Whole, IReadOnlyList<Tensor> Parts) TakeStacked(
        long columns, params IReadOnlyList<(string Name, long Rows)> matrices)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        foreach (var (name, rows) in matrices)
            CheckShape(name, [rows, columns]);

        var whole = empty([matrices.Sum(matrix => matrix.Rows), columns], dtype, device).DetachFromDisposeScope();
        var parts = new List<Tensor>();
        try
        {
            var firstRow = 0L;
            foreach (var (name, rows) in matrices)
            {
                var part = whole.narrow(0, firstRow, rows).DetachFromDisposeScope();
                parts.Add(part);
                Fill(prefix + name, part);
                firstRow += rows;
            }

            return (whole, parts);
        }
        catch
        {
            parts.ForEach(part => part.Dispose());
            whole.Dispose();
            throw;
        }
    }

    /// <summary>Reads matrices into one, each below the one before, for as long as something else is made of it: at once,
    /// or while the next are read.</summary>
    /// <param name="columns">Columns of all of them.</param>
    /// <param name="matrices">Name and rows of each.</param>
    /// <param name="use">Gets the whole, which is freed behind it. May run on another thread, before the transfers have
    /// finished.</param>
    /// <exception cref="InputException">A matrix is missing or has another shape.</exception>
    internal void UseStacked(
        long columns, IReadOnlyList<(string Name, long Rows)> matrices, Action<Tensor> use)
    {
        foreach (var (name, rows) in matrices)
            CheckShape(name, [rows, columns]);

        StoredValues?[] stored = [.. matrices.Select(matrix => source.Locate(prefix + matrix.Name))];
        if (transfers is null || stored.Contains(null))
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var (read, parts) = AtOnce().TakeStacked(columns, matrices);
            foreach (var part in parts)
                part.Dispose();

            using (read)
                use(read);

            return;
        }

        transfers.FillAndUse(
            stored!, () => empty([matrices.Sum(matrix => matrix.Rows), columns], dtype, device), use);
    }

    private void Fill(string name, Tensor place)
    {
        if (transfers is not null && source.Locate(name) is { } values)
        {
            transfers.Fill(values, place);
            return;
        }

        using var _ = no_grad();
        using var read = source.Read(name);
        place.copy_(read);
    }

    private void CheckShape(string name, ReadOnlySpan<long> shape)
    {
        var stored = ShapeOf(name);
        if (!stored.SequenceEqual(shape.ToArray()))
        {
            throw new InputException($"{source.Location}: tensor '{prefix}{name}' has the shape "
                + $"[{string.Join(", ", stored)}], expected [{string.Join(", ", shape.ToArray())}]");
        }
    }
}
