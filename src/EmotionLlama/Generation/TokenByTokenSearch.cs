using EmotionLlama.Datasets;

namespace EmotionLlama.Generation;

/// <summary>Answers that grow by the most likely, or a drawn, token at a time, all sequences together. A sequence that
/// has ended leaves the batch.</summary>
/// <param name="settings">How tokens are chosen.</param>
/// <param name="endId">The end symbol.</param>
internal sealed class TokenByTokenSearch(GenerationSettings settings, int endId)
{
    /// <summary>Answers the prompts of a scorer.</summary>
    /// <param name="scorer">The prompts and the model.</param>
    /// <param name="limits">The most tokens of each answer, at least 1.</param>
    /// <param name="onToken">Is told the prompt's number and each new token; null tells no one.</param>
    /// <param name="cancellation">Stops between two tokens.</param>
    public GeneratedTokens[] Run(
        INextTokenScorer scorer, IReadOnlyList<int> limits, Action<int, int>? onToken, CancellationToken cancellation)
    {
        var answers = limits.Select(_ => new List<int>()).ToArray();
        var seed = (ulong)(settings.Seed ?? Random.Shared.NextInt64());
        var randoms = limits.Select((_, prompt) => new SplitMix64(SplitMix64.Mix(seed, (ulong)prompt))).ToArray();
        int[] promptOfRow = [.. Enumerable.Range(0, limits.Count)];
        cancellation.ThrowIfCancellationRequested();
        for (var logits = scorer.Start(); ;)
        {
            var goingOn = new List<int>();
            for (var row = 0; row < promptOfRow.Length; row++)
            {
                var prompt = promptOfRow[row];
                var answer = answers[prompt];
                var token = Choose(logits.Row(row), answer, ref randoms[prompt]);
                answer.Add(token);
                onToken?.Invoke(prompt, token);
                if (token != endId && answer.Count < limits[prompt])
                    goingOn.Add(row);
            }

            if (goingOn.Count == 0)
                return [.. answers.Select(answer => new GeneratedTokens(answer, Score: null))];

            cancellation.ThrowIfCancellationRequested();
            var sources = RowOrder.FillGapsFromTheEnd(goingOn);
            promptOfRow = [.. sources.Select(row => promptOfRow[row])];
            logits = scorer.Next(sources, [.. promptOfRow.Select(prompt => answers[prompt][^1])]);
        }
    }

    private int Choose(Span<float> logits, List<int> answer, ref SplitMix64 random)
    {
        if (settings.RepetitionPenalty != 1)
            Logits.PenalizeRepetition(logits, answer, settings.RepetitionPenalty);

        if (answer.Count < settings.MinNewTokens)
            logits[endId] = float.NegativeInfinity;

        if (!settings.DoSample)
            return Logits.ArgMax(logits);

        Logits.Temper(logits, settings.Temperature);
        if (settings.TopK > 0)
            Logits.KeepTopK(logits, settings.TopK);

        Logits.KeepTopP(logits, settings.TopP);
        return Logits.Draw(logits, random.NextDouble());
    }
}
