namespace EmotionLlama.Checkpoints.Pickling;

/// <summary>Python's <c>argparse.Namespace</c>, in which many training scripts keep their options, as a dictionary.
/// </summary>
internal sealed class PythonNamespace : OrderedDictionary<object, object?>, IPickleBuildable
{
    /// <inheritdoc/>
    public void Build(object? state)
    {
        if (state is not OrderedDictionary<object, object?> attributes)
            throw new PickleException("argparse.Namespace without its options");

        foreach (var (key, value) in attributes)
            this[key] = value;
    }
}
