using System.Globalization;
using System.Text.Json;
using EmotionLlama.Tests.Distributed;

namespace EmotionLlama.Tests.Cli;

/// <summary><c>bench train</c>, on a model small enough for a CPU.</summary>
[Collection(SharedGenerator.Name)]
public sealed class BenchTrainTests
{
    private static readonly string[] Miniature =
        ["bench", "train", "--preset", "miniature", "--device", "cpu", "--tokens", "280", "--answer-tokens", "8"];

    [Fact]
    public async Task It_trains_on_random_weights_and_says_how_fast()
    {
        var run = await CliRun.Of([.. Miniature, "--batch", "2", "--steps", "2", "--json"]);

        Assert.Equal(0, run.Code);
        var (step, samples) = (Number("step_seconds"), Number("samples_per_second"));
        Assert.InRange(step, Number("fastest_seconds"), Number("slowest_seconds"));
        Assert.Equal(2 / step, samples, 1e-6);
        Assert.Equal(Number("flops_per_step") / step, Number("flops"), 1);

        // Four layers of 4 · 64² + 3 · 64 · 96 weights, 560 tokens, two operations forwards and two backwards.
        Assert.Equal(4.0 * 560 * 4 * ((4 * 64 * 64) + (3 * 64 * 96)), Number("flops_per_step"));

        // Nobody has learned anything yet: about the logarithm of 1,024 tokens.
        Assert.InRange(Number("loss"), 5.5, 8);

        double Number(string name) => run.Json.GetProperty(name).GetDouble();
    }

    /// <summary>Frozen matrices that are rounded hardly change what is learned.</summary>
    [Theory]
    [InlineData("fp8")]
    [InlineData("nf4")]
    public async Task Losses_of_samples_that_follow_a_rule_fall_alike_in_every_format(string format)
    {
        using var folder = new TemporaryFolder();
        string[] options =
        [
            "bench", "train", "--preset", "miniature", "--device", "cpu", "--tokens", "310", "--answer-tokens", "30",
            "--batch", "4", "--steps", "26", "--warm-up", "3", "--learning-rate", "0.03",
        ];

        var dense = await CliRun.Of([.. options, "--losses", folder["dense"]]);
        var rounded = await CliRun.Of([.. options, "--frozen", format, "--losses", folder["rounded"]]);

        Assert.Equal((0, 0), (dense.Code, rounded.Code));
        var (expected, actual) = (Read("dense"), Read("rounded"));
        Assert.Equal(expected.Length, actual.Length);
        Assert.NotEqual(expected, actual);
        Assert.True(expected[^5..].Average() < expected[..5].Average() - 0.05);
        Assert.Equal(expected[^5..].Average(), actual[^5..].Average(), 0.01 * expected[^5..].Average());

        double[] Read(string name) => [.. File.ReadLines(folder[name])
            .Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
    }

    [Fact]
    public async Task For_people_it_is_one_line()
    {
        var run = await CliRun.Of([.. Miniature, "--batch", "1", "--steps", "1", "--encode-images"]);

        Assert.Equal(0, run.Code);
        Assert.Matches(@"^miniature, batch 1: [\d.]+ samples/s; a step [\d.]+ ms .*loss [\d.]+\s*$", run.Output);
    }

    [Fact]
    public void Several_ranks_say_what_their_exchange_takes_and_lose_as_one_with_all_their_samples()
    {
        string[] exact = ["--json", "--steps", "3", "--dropout", "0", "--precision", "fp32"];
        using var one = JobProcess.Start([.. Miniature, .. exact, "--batch", "4"]);
        using var two = JobProcess.Start([.. Miniature, .. exact, "--batch", "2", "--nproc", "2"]);

        var alone = JsonDocument.Parse(one.Succeed()).RootElement;
        var together = JsonDocument.Parse(two.Succeed()).RootElement;

        var exchange = together.GetProperty("exchange");
        Assert.Equal((2, "TCP"), (exchange.GetProperty("ranks").GetInt32(), exchange.GetProperty("carrier").GetString()));
        Assert.InRange(exchange.GetProperty("hidden_share").GetDouble(), 0, 1);
        Assert.True(exchange.GetProperty("beside_backward").GetBoolean(), "TCP is no fast link");
        Assert.Equal(
            4 / together.GetProperty("step_seconds").GetDouble(), together.GetProperty("samples_per_second").GetDouble(), 1e-6);
        Assert.All(Losses(alone).Zip(Losses(together)), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.Equal(JsonValueKind.Null, alone.GetProperty("exchange").ValueKind);

        static IEnumerable<double> Losses(JsonElement timing) =>
            timing.GetProperty("losses").EnumerateArray().Select(loss => loss.GetDouble());
    }

    [Theory]
    [InlineData("--batch", "0", "--batch: give a whole number of 1 or more")]
    [InlineData("--tokens", "200", "--tokens: 200 leave no room")]
    [InlineData("--device", "cuda:99", "run.device is 'cuda:99'")]
    public async Task A_value_that_cannot_be_is_named(string option, string value, string message)
    {
        string[] rest = ["bench", "train", "--preset", "miniature", "--steps", "1", option, value];
        var run = await CliRun.Of(option == "--device" ? rest : [.. rest, "--device", "cpu"]);

        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }
}
