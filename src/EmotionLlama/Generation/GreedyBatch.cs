namespace EmotionLlama.Generation;

/// <summary>The answers of a greedy search, and the rows of the scorer that they grow in.</summary>
/// <param name="limits">The most tokens of each answer.</param>
/// <param name="endId">The end symbol.</param>
/// <param name="onToken">Is told the prompt's number and each new token; null tells no one.</param>
internal sealed class GreedyBatch(IReadOnlyList<int> limits, int endId, Action<int, int>? onToken)
{
    private readonly List<int>[] _answers = [.. limits.Select(_ => new List<int>())];
    private int[] _promptOfRow = [.. Enumerable.Range(0, limits.Count)];
    private bool[] _hasEnded = new bool[limits.Count];
    private int _tokens;

    /// <summary>How many sequences have not ended.</summary>
    public int Running => _hasEnded.Count(ended => !ended);

    /// <summary>Whether enough of the rows are still heard to go on with all of them.</summary>
    public bool IsWorthwhile => 2 * Running > _hasEnded.Length;

    /// <summary>How many tokens more all rows may get.</summary>
    public int Room => _promptOfRow.Min(prompt => limits[prompt]) - _tokens;

    /// <summary>The last token of each row.</summary>
    public IReadOnlyList<int> LastTokens => [.. _promptOfRow.Select(prompt => _answers[prompt][^1])];

    /// <summary>The answers.</summary>
    public GeneratedTokens[] Answers => [.. _answers.Select(answer => new GeneratedTokens(answer, Score: null))];

    /// <summary>Adds a token to each sequence that has not ended.</summary>
    public void Add(IReadOnlyList<int> tokens)
    {
        _tokens++;
        for (var row = 0; row < tokens.Count; row++)
        {
            if (_hasEnded[row])
                continue;

            var prompt = _promptOfRow[row];
            _answers[prompt].Add(tokens[row]);
            onToken?.Invoke(prompt, tokens[row]);
            _hasEnded[row] = tokens[row] == endId || _tokens == limits[prompt];
        }
    }

    /// <summary>Leaves out the rows that have ended.</summary>
    /// <returns>For each new row the old one.</returns>
    public int[] KeepRunning()
    {
        var sources = RowOrder.FillGapsFromTheEnd([.. _hasEnded.Index().Where(row => !row.Item).Select(row => row.Index)]);
        _promptOfRow = [.. sources.Select(row => _promptOfRow[row])];
        _hasEnded = new bool[sources.Length];
        return sources;
    }
}
