namespace EmotionLlama.Tests.Cli;

/// <summary><c>bench encode</c>, on a tower small enough for a CPU.</summary>
[Collection(SharedGenerator.Name)]
public sealed class BenchEncodeTests
{
    private static readonly string[] Tiny =
        ["bench", "encode", "--preset", "tiny", "--device", "cpu", "--batch", "2", "--steps", "2"];

    [Fact]
    public async Task It_encodes_random_pictures_and_says_how_fast()
    {
        var run = await CliRun.Of([.. Tiny, "--json"]);

        Assert.Equal((0, ""), (run.Code, run.Error));
        var batch = Number("batch_seconds");
        Assert.InRange(batch, Number("fastest_seconds"), Number("slowest_seconds"));
        Assert.Equal(2 / batch, Number("pictures_per_second"), 1e-6);

        // Patches of 14 · 14 · 3 values; four blocks of 4 · 176² + 2 · 176 · 528 weights; attention of 65 tokens.
        const double patches = 2.0 * 64 * 588 * 176;
        const double blocks = 4 * ((2.0 * 65 * ((4 * 176 * 176) + (2 * 176 * 528))) + (4.0 * 65 * 65 * 176));
        Assert.Equal(patches + blocks, Number("flops_per_picture"));

        double Number(string name) => run.Json.GetProperty(name).GetDouble();
    }

    [Fact]
    public async Task For_people_it_is_one_line()
    {
        var run = await CliRun.Of(Tiny);

        Assert.Equal(0, run.Code);
        Assert.Matches(@"^vision tower of tiny, batch 2: [\d.]+ pictures/s; a batch [\d.]+ ms .* in use\s*$", run.Output);
    }
}
