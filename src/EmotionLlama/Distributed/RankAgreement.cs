using System.Text.Json;

namespace EmotionLlama.Distributed;

/// <summary>Finds out before any work whether all ranks were given the same.</summary>
public static class RankAgreement
{
    /// <summary>Compares facts of all ranks.</summary>
    /// <param name="ranks">The ranks; each calls it at the same place.</param>
    /// <param name="facts">What this rank was given, each thing by its name in the recipe.</param>
    /// <exception cref="InputException">Two ranks were given something else; every rank gets the same line.</exception>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    public static void Check(IProcessGroup ranks, IReadOnlyDictionary<string, string> facts)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        if (ranks.Size == 1)
            return;

        var all = ranks.AllGather(JsonSerializer.SerializeToUtf8Bytes(facts))
            .Select(bytes => JsonSerializer.Deserialize<Dictionary<string, string>>(bytes)!).ToList();
        for (var rank = 1; rank < all.Count; rank++)
        {
            foreach (var key in all[0].Keys.Union(all[rank].Keys))
            {
                var (first, other) = (Value(all[0], key), Value(all[rank], key));
                if (first != other)
                {
                    throw new InputException($"rank {rank} has another {key} than rank 0: {other.Printable()}, not "
                        + $"{first.Printable()}; give all ranks the same recipe, options and files");
                }
            }
        }

        static string Value(Dictionary<string, string> facts, string key) => facts.GetValueOrDefault(key, "nothing");
    }
}
