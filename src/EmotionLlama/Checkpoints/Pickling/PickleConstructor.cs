namespace EmotionLlama.Checkpoints.Pickling;

/// <summary>Our own replacement of a Python function or class that a pickle may call.</summary>
/// <param name="name">Its qualified name in Python.</param>
/// <param name="construct">Makes the value; it must trust nothing in its arguments.</param>
internal sealed class PickleConstructor(string name, Func<PickleArguments, object?> construct) : IPickleOnly
{
    /// <summary>Makes a value.</summary>
    /// <exception cref="PickleException">The arguments are not of the expected form.</exception>
    public object? Call(IReadOnlyList<object?> arguments) => construct(new PickleArguments(name, arguments));

    /// <inheritdoc/>
    public override string ToString() => $"the class or function {name}";
}
