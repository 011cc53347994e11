namespace EmotionLlama.Checkpoints.Pickling;

/// <summary>The arguments a pickle calls a constructor with, and typed access to them.</summary>
internal readonly record struct PickleArguments(string Callee, IReadOnlyList<object?> Values)
{
    public int Count => Values.Count;

    public object? this[int index] => index < Values.Count
        ? Values[index]
        : throw new PickleException($"{Callee} is called with {Values.Count} arguments, too few");

    /// <summary>An argument that must be of a type.</summary>
    /// <exception cref="PickleException">It is not.</exception>
    public T Get<T>(int index) => this[index] is T value
        ? value
        : throw new PickleException($"{Callee} is called with {Describe(this[index])} as argument {index + 1}");

    /// <summary>A tuple or list of integers.</summary>
    /// <exception cref="PickleException">The argument is something else.</exception>
    public long[] GetIntegers(int index)
    {
        var items = this[index] is PythonTuple tuple ? tuple.Items : Get<List<object?>>(index);
        var integers = new long[items.Count];
        for (var i = 0; i < integers.Length; i++)
        {
            integers[i] = items[i] is long value
                ? value
                : throw new PickleException($"{Callee} is called with {Describe(items[i])} among its integers");
        }

        return integers;
    }

    private static string Describe(object? value) => value switch
    {
        null => "None",
        IPickleOnly => value.ToString()!,
        _ => $"a {value.GetType().Name}",
    };
}
