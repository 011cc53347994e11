namespace EmotionLlama.Generation;

/// <summary>The rules by which a next token is chosen, on the logits of one sequence. A forbidden token has the logit
/// −∞.</summary>
internal static class Logits
{
    /// <summary>The most likely token; the first of several.</summary>
    public static int ArgMax(ReadOnlySpan<float> row)
    {
        var best = 0;
        for (var id = 1; id < row.Length; id++)
        {
            if (row[id] > row[best])
                best = id;
        }

        return best;
    }

    /// <summary>Turns logits into log probabilities.</summary>
    public static void LogSoftmax(Span<float> row)
    {
        var largest = row[ArgMax(row)];
        var total = 0.0;
        foreach (var logit in row)
            total += Math.Exp(logit - largest);

        var normalizer = largest + Math.Log(total);
        foreach (ref var logit in row)
            logit = (float)(logit - normalizer);
    }

    /// <summary>Makes tokens that were used before less likely: a positive logit is divided by the penalty, a negative
    /// one multiplied, once however often the token was used.</summary>
    public static void PenalizeRepetition(Span<float> row, IEnumerable<int> used, double penalty)
    {
        foreach (var id in used.Distinct())
            row[id] = (float)(row[id] < 0 ? row[id] * penalty : row[id] / penalty);
    }

    /// <summary>Divides all logits by a temperature.</summary>
    public static void Temper(Span<float> row, double temperature)
    {
        foreach (ref var logit in row)
            logit = (float)(logit / temperature);
    }

    /// <summary>Forbids all but the k most likely tokens; those as likely as the last of them stay too.</summary>
    public static void KeepTopK(Span<float> row, int k)
    {
        if (k >= row.Length)
            return;

        var largest = new PriorityQueue<float, float>(k);
        foreach (var logit in row)
        {
            if (largest.Count < k)
                largest.Enqueue(logit, logit);
            else if (logit > largest.Peek())
                largest.DequeueEnqueue(logit, logit);
        }

        var least = largest.Peek();
        foreach (ref var logit in row)
        {
            if (logit < least)
                logit = float.NegativeInfinity;
        }
    }

    /// <summary>Forbids the least likely tokens that together have a probability of at most 1 − p.</summary>
    public static void KeepTopP(Span<float> row, double p)
    {
        if (p >= 1)
            return;

        var largest = row[ArgMax(row)];
        var total = 0.0;
        foreach (var logit in row)
            total += Math.Exp(logit - largest);

        // All tokens below an equal share of what may be omitted can be omitted together, so only the others, mostly
        // few, have to be sorted.
        var omissible = (1 - p) * total;
        var omitted = 0.0;
        var others = new List<(double Mass, int Id)>();
        for (var id = 0; id < row.Length; id++)
        {
            var mass = Math.Exp(row[id] - largest);
            if (mass <= omissible / row.Length)
            {
                omitted += mass;
                row[id] = float.NegativeInfinity;
            }
            else
            {
                others.Add((mass, id));
            }
        }

        others.Sort();
        foreach (var (mass, id) in others)
        {
            omitted += mass;
            if (omitted > omissible)
                break;

            row[id] = float.NegativeInfinity;
        }
    }

    /// <summary>Draws a token by the probabilities.</summary>
    /// <param name="row">Logits.</param>
    /// <param name="uniform">A random number in [0, 1).</param>
    public static int Draw(ReadOnlySpan<float> row, double uniform)
    {
        var best = ArgMax(row);
        var total = 0.0;
        foreach (var logit in row)
            total += Math.Exp(logit - row[best]);

        var rest = uniform * total;
        for (var id = 0; id < row.Length; id++)
        {
            rest -= Math.Exp(row[id] - row[best]);
            if (rest < 0)
                return id;
        }

        // Rounding left a crumb beyond the last token.
        return best;
    }
}
