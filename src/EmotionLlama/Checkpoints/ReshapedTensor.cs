namespace EmotionLlama.Checkpoints;

/// <summary>A tensor that a model holds in another shape than its file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="From">The shape in the file.</param>
/// <param name="To">The shape in the model.</param>
/// <param name="How">What was done, such as <c>interpolated bicubically</c>.</param>
public sealed record ReshapedTensor(string Name, IReadOnlyList<long> From, IReadOnlyList<long> To, string How)
{
    /// <summary>A few words for people.</summary>
    public override string ToString() => $"{Name} {How} [{string.Join(", ", From)}] → [{string.Join(", ", To)}]";
}
