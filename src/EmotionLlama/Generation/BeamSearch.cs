namespace EmotionLlama.Generation;

/// <summary>Beam search for the answers to several prompts, all hypotheses of all prompts in one batch. A prompt whose
/// search is over leaves the batch.</summary>
/// <param name="settings">Beams, length penalty and the rules for logits.</param>
/// <param name="endId">The end symbol.</param>
internal sealed class BeamSearch(GenerationSettings settings, int endId)
{
    /// <summary>Answers the prompts of a scorer.</summary>
    /// <param name="scorer">The prompts and the model.</param>
    /// <param name="limits">The most tokens of each answer, at least 1.</param>
    /// <param name="cancellation">Stops between two tokens.</param>
    public GeneratedTokens[] Run(INextTokenScorer scorer, IReadOnlyList<int> limits, CancellationToken cancellation)
    {
        BeamGroup[] groups = [.. limits.Select((limit, prompt) => new BeamGroup(settings, endId, limit, prompt))];
        cancellation.ThrowIfCancellationRequested();
        for (var logits = scorer.Start(); ;)
        {
            List<int> sources = [], tokens = [];
            foreach (var group in groups.Where(group => !group.IsDone))
            {
                group.Step(logits);
                if (group.IsDone)
                    continue;

                var firstRow = sources.Count;
                sources.AddRange(group.Running.Select(beam => beam.Row));
                tokens.AddRange(group.Running.Select(beam => beam.Tokens[^1]));
                group.MoveTo(firstRow);
            }

            if (sources.Count == 0)
                return [.. groups.Select(group => group.Best)];

            cancellation.ThrowIfCancellationRequested();
            logits = scorer.Next(sources, tokens);
        }
    }
}
