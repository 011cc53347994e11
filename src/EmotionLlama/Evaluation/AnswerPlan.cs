namespace EmotionLlama.Evaluation;

/// <summary>In which batches the clips of a test set are answered: the longest prompts first, so that a batch wastes
/// little, and memory that does not suffice shows at once. The batches depend on the test set alone, not on where an
/// evaluation was interrupted.</summary>
internal sealed class AnswerPlan
{
    private readonly int[] _order;
    private readonly int _batchSize;

    /// <summary>Plans the batches.</summary>
    /// <param name="promptTokens">Tokens of each clip's prompt.</param>
    /// <param name="batchSize">Clips in a batch, at least 1.</param>
    public AnswerPlan(IReadOnlyList<int> promptTokens, int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        _order = [.. Enumerable.Range(0, promptTokens.Count).OrderByDescending(clip => promptTokens[clip])];
        _batchSize = batchSize;
    }

    /// <summary>The places of all clips in their order.</summary>
    public IReadOnlyList<int> Order => _order;

    /// <summary>Of answers that were given in this order, how many belong to whole batches.</summary>
    public int InWholeBatches(int answers) => answers == _order.Length ? answers : answers - (answers % _batchSize);

    /// <summary>The batches that are left.</summary>
    /// <param name="answered">Answers given in whole batches.</param>
    /// <returns>The number of each batch and the places of its clips.</returns>
    public IEnumerable<(int Number, int[] Clips)> Rest(int answered) =>
        _order.Chunk(_batchSize).Index().Skip((answered + _batchSize - 1) / _batchSize);
}
