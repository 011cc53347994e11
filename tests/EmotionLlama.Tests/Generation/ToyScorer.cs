using EmotionLlama.Generation;

namespace EmotionLlama.Tests.Generation;

/// <summary>Next-token logits from a function of the prompt's number and the tokens so far.</summary>
internal sealed class ToyScorer(int prompts, int vocabulary, Func<int, IReadOnlyList<int>, float[]> logits)
    : INextTokenScorer
{
    private readonly LogitRows _rows = new(vocabulary);
    private List<(int Prompt, IReadOnlyList<int> Tokens)> _sequences = [];

    /// <summary>Sequences of each call, the first one included.</summary>
    public List<int> BatchSizes { get; } = [];

    /// <summary>The sources of each call but the first one.</summary>
    public List<IReadOnlyList<int>> Sources { get; } = [];

    /// <summary>One prompt, with the next token's probabilities behind some token sequences, such as "1 2", and behind
    /// all others.</summary>
    public static ToyScorer OfProbabilities(
        double[] otherwise, params (string Tokens, double[] Probabilities)[] behind) => new(
        1,
        otherwise.Length,
        (_, tokens) =>
        {
            var at = Array.FindIndex(behind, entry => entry.Tokens == string.Join(' ', tokens));
            return [.. (at < 0 ? otherwise : behind[at].Probabilities).Select(p => (float)Math.Log(p))];
        });

    /// <summary>Fixed random logits for each prompt and each tokens so far.</summary>
    public static ToyScorer Random(int prompts, int vocabulary, int seed) => new(
        prompts,
        vocabulary,
        (prompt, tokens) =>
        {
            var random = new Random(tokens.Aggregate((seed * 31) + prompt, (hash, token) => (hash * 31) + token + 1));
            return [.. Enumerable.Range(0, vocabulary).Select(_ => (float)(4 * random.NextDouble()) - 2)];
        });

    /// <summary>A scorer of one of the prompts alone.</summary>
    public ToyScorer Alone(int prompt) => new(1, vocabulary, (_, tokens) => logits(prompt, tokens));

    /// <summary>The logits behind some tokens.</summary>
    public float[] LogitsBehind(int prompt, IReadOnlyList<int> tokens) => logits(prompt, tokens);

    public LogitRows Start()
    {
        _sequences = [.. Enumerable.Range(0, prompts).Select(prompt => (prompt, (IReadOnlyList<int>)[]))];
        return Score();
    }

    public LogitRows Next(IReadOnlyList<int> sources, IReadOnlyList<int> tokens)
    {
        Sources.Add(sources);
        _sequences = [.. sources.Zip(tokens, (source, token) =>
            (_sequences[source].Prompt, (IReadOnlyList<int>)[.. _sequences[source].Tokens, token]))];
        return Score();
    }

    private LogitRows Score()
    {
        BatchSizes.Add(_sequences.Count);
        _rows.Replace([.. _sequences.SelectMany(sequence => logits(sequence.Prompt, sequence.Tokens))]);
        return _rows;
    }
}
