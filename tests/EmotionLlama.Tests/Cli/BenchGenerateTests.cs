namespace EmotionLlama.Tests.Cli;

/// <summary><c>bench generate</c>, on a model small enough for a CPU.</summary>
[Collection(SharedGenerator.Name)]
public sealed class BenchGenerateTests
{
    private static readonly string[] Miniature =
        ["bench", "generate", "--preset", "miniature", "--device", "cpu", "--prompt", "20", "--steps", "2"];

    [Fact]
    public async Task It_answers_with_random_weights_and_says_how_fast()
    {
        var run = await CliRun.Of([.. Miniature, "--batch", "3", "--tokens", "6", "--json"]);

        Assert.Equal(0, run.Code);
        var (seconds, first, step) = (Number("answer_seconds"), Number("first_token_seconds"), Number("step_seconds"));
        Assert.InRange(seconds, Number("fastest_seconds"), Number("slowest_seconds"));
        Assert.Equal(18 / seconds, Number("tokens_per_second"), 1e-6);
        Assert.Equal((seconds - first) / 5, step, 1e-9);
        Assert.Equal(3 / step, Number("decoded_per_second"), 1e-6);
        Assert.Equal(
            Number("bytes_per_step") / Number("memory_rate") / step, Number("share_of_memory_rate"), 1e-6);

        // Four layers of 4 · 64² + 3 · 64 · 96 weights and two normalizations, one more, and the head of 1,024 ids; keys
        // and values of 3 · 23 tokens in four layers of 64 channels; float32.
        var weights = (4 * ((4 * 64 * 64) + (3 * 64 * 96) + (2 * 64))) + 64 + (1024 * 64);
        Assert.Equal(4.0 * (weights + (2 * 4 * 64 * 3 * 23)), Number("bytes_per_step"));

        double Number(string name) => run.Json.GetProperty(name).GetDouble();
    }

    [Fact]
    public async Task For_people_it_is_one_line()
    {
        var run = await CliRun.Of([.. Miniature, "--tokens", "1"]);

        Assert.Equal(0, run.Code);
        Assert.Matches(@"^miniature, batch 1: [\d.]+ tokens/s; answers of 1 tokens .* in use\s*$", run.Output);
    }

    [Theory]
    [InlineData("--tokens", "0", "--tokens: give a whole number of 1 or more")]
    [InlineData("--tokens", "999999", "--prompt, --tokens: 20 and 999999 tokens are more")]
    public async Task A_value_that_cannot_be_is_named(string option, string value, string message)
    {
        var run = await CliRun.Of([.. Miniature, option, value]);

        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }
}
