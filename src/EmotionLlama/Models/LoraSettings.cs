namespace EmotionLlama.Models;

/// <summary>Which projections of a Llama get low-rank updates, and of what size.</summary>
public sealed record LoraSettings
{
    /// <summary>The projections that can get an update.</summary>
    public static readonly IReadOnlyList<string> AllTargets =
        ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    /// <summary>Rank of the update; 0 for none.</summary>
    public required int Rank { get; init; }

    /// <summary>The update is scaled by alpha / rank.</summary>
    public double Alpha { get; init; } = 16;

    /// <summary>Dropout on the update's input in training, a probability.</summary>
    public double Dropout { get; init; } = 0.05;

    /// <summary>The projections that get an update, some of <see cref="AllTargets"/>.</summary>
    public IReadOnlyList<string> Targets { get; init; } = ["q_proj", "v_proj"];

    /// <summary>Whether a projection gets an update.</summary>
    public bool Covers(string projection) => Rank > 0 && Targets.Contains(projection);
}
