namespace EmotionLlama.Tests.Fuzzing;

/// <summary>A damaged copy of a sample, which its seed makes again: <c>new FuzzCase(sample,
/// 4711).Content</c>.</summary>
/// <param name="Sample">What is damaged.</param>
/// <param name="Seed">How.</param>
internal sealed record FuzzCase(FuzzSample Sample, int Seed)
{
    /// <summary>The damaged bytes.</summary>
    public byte[] Content => Mutator.Mutate(Sample.Content, Seed);

    public override string ToString() => $"{Sample.Name}, seed {Seed}";
}
