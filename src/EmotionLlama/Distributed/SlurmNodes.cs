namespace EmotionLlama.Distributed;

/// <summary>Slurm's short way of writing many machines, such as <c>gpu[03-06,11],login</c>.</summary>
internal static class SlurmNodes
{
    /// <summary>The first machine of a list, on which rank 0 runs unless tasks are distributed otherwise.</summary>
    /// <exception cref="InputException">The list is not closed.</exception>
    public static string First(string list)
    {
        var bracket = list.IndexOf('[', StringComparison.Ordinal);
        var comma = list.IndexOf(',', StringComparison.Ordinal);
        if (bracket < 0 || (comma >= 0 && comma < bracket))
            return comma < 0 ? list : list[..comma];

        var end = list.IndexOf(']', bracket);
        if (end < 0)
            throw new InputException($"SLURM_STEP_NODELIST is '{list.Printable()}', which has no ']'; set MASTER_ADDR");

        var first = list[(bracket + 1)..end].Split(',', '-')[0];
        var rest = list[(end + 1)..].Split(',')[0];

        // Names may have several dimensions: rack[1-2]node[3-4].
        return list[..bracket] + first + (rest.Length > 0 ? First(rest) : "");
    }
}
