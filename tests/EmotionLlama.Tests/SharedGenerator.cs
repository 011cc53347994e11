namespace EmotionLlama.Tests;

/// <summary>Tests that depend on libtorch's one default generator, or that count what the whole process holds. They run
/// one after another and beside no others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SharedGenerator
{
    public const string Name = "shared generator";
}
