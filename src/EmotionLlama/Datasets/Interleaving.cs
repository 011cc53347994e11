namespace EmotionLlama.Datasets;

/// <summary>
/// Deals turns to data sets in proportion to their weights, as evenly as whole turns allow. The k-th turn of a data set
/// with share w is due at the time (k + ½) / w, and turns are taken in the order in which they are due. Any turn is
/// found directly: by the time t, each data set has had round(t·w) turns.
/// </summary>
internal sealed class Interleaving
{
    private readonly double[] _shares;

    public Interleaving(IEnumerable<double> weights)
    {
        var all = weights.ToArray();
        var sum = all.Sum();
        _shares = [.. all.Select(weight => weight / sum)];
    }

    /// <summary>The data set of a turn, and how many turns it had before.</summary>
    public (int Dataset, long Turn) this[long turn]
    {
        get
        {
            var turns = TurnsBefore(turn);
            var next = NextDue(turns);
            return (next, turns[next]);
        }
    }

    /// <summary>How many turns each data set had before a turn.</summary>
    public long[] TurnsBefore(long turn)
    {
        // At this time at most `turn` turns are past, since rounding adds at most half a turn a data set.
        var time = turn - (_shares.Length / 2.0);
        var turns = new long[_shares.Length];
        var past = 0L;
        for (var i = 0; i < turns.Length; i++)
            past += turns[i] = TurnsUntil(i, time);

        for (; past < turn; past++)
            turns[NextDue(turns)]++;

        return turns;
    }

    private double Due(int dataset, long turn) => (turn + 0.5) / _shares[dataset];

    private long TurnsUntil(int dataset, double time)
    {
        var turns = Math.Max(0, (long)Math.Floor((time * _shares[dataset]) + 0.5));

        // Rounding of the product must not disagree with the comparison of due times.
        while (turns > 0 && Due(dataset, turns - 1) > time)
            turns--;
        while (Due(dataset, turns) <= time)
            turns++;
        return turns;
    }

    private int NextDue(long[] turns)
    {
        var next = 0;
        for (var i = 1; i < turns.Length; i++)
        {
            if (Due(i, turns[i]) < Due(next, turns[next]))
                next = i;
        }

        return next;
    }
}
