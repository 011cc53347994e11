namespace EmotionLlama.Datasets.Curriculum;

/// <summary>
/// The order in which a data set's clips come into play: sorted by difficulty, and drawn from block by block. A block
/// is one pass over the clips that the competence allows where it begins, so each of them comes once in it; as
/// competence never falls, no clip comes before its time. The last block is cut where the curriculum ends, and from
/// there on every block is a pass over all clips.
/// </summary>
/// <remarks>The blocks are laid out when the curriculum is made, so that any position is found at once and a run goes
/// on wherever it stopped. Instances may be used from several threads.</remarks>
public sealed class ClipCurriculum
{
    // Keeps the draws that break ties apart from all others of the seed.
    private const ulong TieSeed = 0x7469_6573;

    private readonly int[] _clips;
    private readonly long[] _starts;
    private readonly int[] _counts;

    /// <summary>Sorts the clips and lays out the blocks.</summary>
    /// <param name="difficulties">The difficulty of each clip by its place in the data set; clips of which it is not
    /// known (NaN) come last.</param>
    /// <param name="seed">Breaks ties.</param>
    /// <param name="competence">Which share of the clips may be drawn.</param>
    /// <param name="end">Samples drawn from the data set before all clips may be drawn.</param>
    /// <exception cref="ArgumentException">There are no clips, or <paramref name="end"/> is negative.</exception>
    public ClipCurriculum(IReadOnlyList<double> difficulties, ulong seed, Competence competence, long end)
    {
        ArgumentNullException.ThrowIfNull(difficulties);
        ArgumentNullException.ThrowIfNull(competence);
        ArgumentOutOfRangeException.ThrowIfLessThan(difficulties.Count, 1, nameof(difficulties));
        ArgumentOutOfRangeException.ThrowIfNegative(end);
        _clips =
        [
            .. Enumerable.Range(0, difficulties.Count)
                .OrderBy(clip => double.IsNaN(difficulties[clip]) ? double.PositiveInfinity : difficulties[clip])
                .ThenBy(clip => SplitMix64.Mix(SplitMix64.Mix(seed, TieSeed), (ulong)clip)),
        ];
        Competence = competence;
        End = end;

        var starts = new List<long>();
        var counts = new List<int>();
        for (var start = 0L; start < end; start += counts[^1])
        {
            starts.Add(start);
            counts.Add(competence.ClipsAt((double)start / end, _clips.Length));
        }

        (_starts, _counts) = ([.. starts], [.. counts]);
    }

    /// <summary>The clips by their places in the data set, the easiest first.</summary>
    public IReadOnlyList<int> Clips => _clips;

    /// <summary>Which share of the clips may be drawn.</summary>
    public Competence Competence { get; }

    /// <summary>Samples drawn from the data set before all clips may be drawn.</summary>
    public long End { get; }

    /// <summary>Where a sample stands.</summary>
    /// <param name="position">Samples drawn from the data set before it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="position"/> is negative.</exception>
    public CurriculumPlace this[long position]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(position);
            if (position >= End)
            {
                var (pass, place) = Math.DivRem(position - End, _clips.Length);
                return new CurriculumPlace(_starts.Length + pass, (int)place, _clips.Length);
            }

            var found = Array.BinarySearch(_starts, position);
            var block = found >= 0 ? found : ~found - 1;
            return new CurriculumPlace(block, (int)(position - _starts[block]), _counts[block]);
        }
    }

    /// <summary>The share of the clips that a sample is drawn from, in (0, 1].</summary>
    /// <param name="position">Samples drawn from the data set before it.</param>
    public double ShareAt(long position) => (double)this[position].Clips / _clips.Length;
}
