namespace EmotionLlama.Generation;

/// <summary>Next-token logits of several sequences in host memory: <c>[sequences, vocabulary]</c>. The memory is used
/// again for the next ones.</summary>
/// <param name="vocabulary">Number of token ids.</param>
internal sealed class LogitRows(int vocabulary)
{
    private float[] _values = [];

    /// <summary>Number of sequences.</summary>
    public int Count { get; private set; }

    /// <summary>The logits of one sequence.</summary>
    public Span<float> Row(int row) => _values.AsSpan(row * vocabulary, vocabulary);

    /// <summary>Takes new logits, of as many sequences as they fill rows.</summary>
    public void Replace(ReadOnlySpan<float> values)
    {
        if (_values.Length < values.Length)
            _values = new float[values.Length];

        values.CopyTo(_values);
        Count = values.Length / vocabulary;
    }
}
