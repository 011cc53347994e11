using System.Text.Json;
using EmotionLlama.Distributed;

namespace EmotionLlama.Workflows;

/// <summary>Work that the ranks divide: rank r of w takes the pieces r, r + w, …, and all get all results, in the order
/// of the pieces.</summary>
internal static class RankShare
{
    /// <summary>Does this rank's pieces and collects the others' results.</summary>
    /// <param name="ranks">The ranks; each calls it at the same place with the same pieces.</param>
    /// <param name="pieces">The work.</param>
    /// <param name="work">Does a piece; its result must survive being written as JSON.</param>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    public static IReadOnlyList<TResult> Of<TPiece, TResult>(
        IProcessGroup ranks, IReadOnlyList<TPiece> pieces, Func<TPiece, TResult> work)
    {
        var own = new List<TResult>();
        for (var i = ranks.Rank; i < pieces.Count; i += ranks.Size)
            own.Add(work(pieces[i]));

        if (ranks.Size == 1)
            return own;

        var all = ranks.AllGather(JsonSerializer.SerializeToUtf8Bytes(own))
            .Select(bytes => JsonSerializer.Deserialize<List<TResult>>(bytes)!).ToList();
        return [.. Enumerable.Range(0, pieces.Count).Select(i => all[i % ranks.Size][i / ranks.Size])];
    }
}
