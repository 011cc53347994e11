namespace EmotionLlama.Checkpoints.Pickling;

/// <summary>A Python tuple, kept apart from a list because PyTorch writes and expects both. Equal where its items are
/// equal.</summary>
/// <param name="Items">The items, in order.</param>
public sealed record PythonTuple(IReadOnlyList<object?> Items)
{
    /// <summary>Creates a tuple of some items.</summary>
    public PythonTuple(params object?[] items)
        : this((IReadOnlyList<object?>)items)
    {
    }

    /// <summary>The number of items.</summary>
    public int Count => Items.Count;

    /// <summary>The item at a place, from 0.</summary>
    public object? this[int index] => Items[index];

    /// <inheritdoc/>
    public bool Equals(PythonTuple? other) => other is not null && Items.SequenceEqual(other.Items);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var item in Items)
            hash.Add(item);

        return hash.ToHashCode();
    }

    /// <summary>The items in round brackets.</summary>
    public override string ToString() => $"({string.Join(", ", Items)})";
}
