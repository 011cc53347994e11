namespace EmotionLlama.Tests.Fuzzing;

public sealed class MutatorTests
{
    private static readonly FuzzSample Sample = new("sample", [.. "count: 12, then 34 numbers and some more text"u8]);

    [Fact]
    public void A_seed_makes_the_same_damage_again() =>
        Assert.Equal(new FuzzCase(Sample, 4711).Content, new FuzzCase(Sample, 4711).Content);

    [Fact]
    public void Nearly_all_cases_differ_from_the_sample_and_from_one_another()
    {
        var contents = Enumerable.Range(0, 1000)
            .Select(seed => Convert.ToHexString(new FuzzCase(Sample, seed).Content)).ToList();

        Assert.InRange(contents.Distinct().Count(), 800, 1000);
        Assert.InRange(contents.Count(content => content == Convert.ToHexString(Sample.Content)), 0, 100);
    }

    [Fact]
    public void Damage_reaches_every_length_from_none_to_longer_than_the_sample()
    {
        var lengths = Enumerable.Range(0, 1000).Select(seed => new FuzzCase(Sample, seed).Content.Length).ToList();

        Assert.Contains(lengths, length => length < Sample.Content.Length / 4);
        Assert.Contains(lengths, length => length > Sample.Content.Length + 64);
    }

    [Fact]
    public void An_empty_file_can_be_damaged_too()
    {
        var contents = Enumerable.Range(0, 100).Select(seed => Mutator.Mutate([], seed).Length);

        Assert.Contains(contents, length => length > 0);
    }

    [Fact]
    public void A_reader_that_fails_allocates_too_much_or_hangs_is_found()
    {
        var small = new FuzzLimits { PerByte = 2, Besides = 4096, Hang = TimeSpan.FromSeconds(1) };
        using var crashing = new FuzzRun("none", small, path =>
        {
            if (File.ReadAllBytes(path).Length != Sample.Content.Length)
                throw new FormatException("another length");
        });
        using var greedy = new FuzzRun("none", small, _ => GC.KeepAlive(new byte[1 << 20]));
        using var hanging = new FuzzRun("none", small, _ => Thread.Sleep(Timeout.Infinite));

        Assert.Contains("FormatException", Failure(crashing), StringComparison.Ordinal);
        Assert.Contains("allocated", Failure(greedy), StringComparison.Ordinal);
        Assert.Contains("did not come back", Failure(hanging), StringComparison.Ordinal);
    }

    private static string Failure(FuzzRun run) =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => run.Mutations([Sample], cases: 50)).Message;
}
