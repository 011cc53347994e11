namespace EmotionLlama.Generation;

/// <summary>The beam search for the answer to one prompt.</summary>
/// <remarks>
/// A step looks at the best 2·beams continuations of the running hypotheses, so that enough of them are left where
/// some end. Those that end are kept where they are among the best <c>beams</c>; the best <c>beams</c> of the others run on.
/// The search is over when <c>beams</c> hypotheses have ended and the best running one, scored at its present length,
/// is no better than the worst of them. This is what Hugging Face's beam search does with <c>early_stopping=False</c>.
/// </remarks>
/// <param name="settings">Beams, length penalty and the rules for logits.</param>
/// <param name="endId">The end symbol.</param>
/// <param name="limit">The most tokens of an answer.</param>
/// <param name="row">The prompt's row of the scorer.</param>
internal sealed class BeamGroup(GenerationSettings settings, int endId, int limit, int row)
{
    private List<Beam> _ended = [];

    /// <summary>The running hypotheses, best first.</summary>
    public IReadOnlyList<Beam> Running { get; private set; } = [new Beam(row, [], 0)];

    /// <summary>Whether the search is over.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The best hypothesis that has ended.</summary>
    public GeneratedTokens Best => new(_ended[0].Tokens, _ended[0].Score);

    /// <summary>Says where the running hypotheses are found in the scorer now.</summary>
    /// <param name="firstRow">The row of the first; the others follow.</param>
    public void MoveTo(int firstRow) => Running = [.. Running.Select((beam, i) => beam with { Row = firstRow + i })];

    /// <summary>Continues the running hypotheses by one token.</summary>
    /// <param name="logits">The scorer's logits, with the rows of these hypotheses; they are changed.</param>
    public void Step(LogitRows logits)
    {
        var running = new List<Beam>();
        var candidates = BestContinuations(logits, 2 * settings.Beams);
        for (var rank = 0; rank < candidates.Length; rank++)
        {
            var candidate = candidates[rank];
            if (candidate.Tokens.Count < limit && candidate.Tokens[^1] != endId)
                running.Add(candidate);
            else if (rank < settings.Beams)
                _ended.Add(candidate with { Row = -1, Score = AtLength(candidate) });
        }

        Running = [.. running.Take(settings.Beams)];
        _ended = [.. _ended.OrderByDescending(beam => beam.Score).Take(settings.Beams)];
        IsDone = Running.Count == 0
            || (_ended.Count == settings.Beams && AtLength(Running[0]) <= _ended[^1].Score);
    }

    private double AtLength(Beam beam) => beam.Score / Math.Pow(beam.Tokens.Count, settings.LengthPenalty);

    /// <summary>The best continuations of all running hypotheses, best first.</summary>
    private Beam[] BestContinuations(LogitRows logits, int count)
    {
        var best = new PriorityQueue<(Beam Beam, int Token), (double Score, long Earlier)>(count);
        var order = 0L;
        foreach (var beam in Running)
        {
            var scores = logits.Row(beam.Row);
            Score(scores, beam.Tokens);
            for (var token = 0; token < scores.Length; token++, order--)
            {
                var score = beam.Score + scores[token];
                if (best.Count < count)
                    best.Enqueue((beam, token), (score, order));
                else if (best.TryPeek(out _, out var worst) && score > worst.Score)
                    best.DequeueEnqueue((beam, token), (score, order));
            }
        }

        var continuations = new Beam[best.Count];
        for (var i = continuations.Length - 1; best.TryDequeue(out var found, out var priority); i--)
            continuations[i] = found.Beam with { Tokens = [.. found.Beam.Tokens, found.Token], Score = priority.Score };

        return continuations;
    }

    /// <summary>Log probabilities, changed by the rules: a beam search applies them behind the softmax.</summary>
    private void Score(Span<float> logits, IReadOnlyList<int> tokens)
    {
        Logits.LogSoftmax(logits);
        if (settings.RepetitionPenalty != 1)
            Logits.PenalizeRepetition(logits, tokens, settings.RepetitionPenalty);

        if (tokens.Count < settings.MinNewTokens)
            logits[endId] = float.NegativeInfinity;
    }
}
