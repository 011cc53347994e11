using EmotionLlama.Tests.Endpoints;

namespace EmotionLlama.Tests.Cli;

public sealed class ScoreVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _truth;
    private readonly string _good;
    private readonly string _poor;

    public ScoreVerbTests()
    {
        _truth = Write("truth.csv", """
            names,chi_reasons
            a,"His brows are furrowed and his voice is loud, so he is angry."
            b,"She smiles broadly and speaks softly, so she is happy."
            c,"His eyes are wide and his mouth is open, so he is surprised."
            """);
        _good = Write("good.csv", """
            names,chi_reasons
            a,"He furrows his brow and his voice is loud; he seems angry."
            b,"She is smiling. She feels happy."
            c,"With wide eyes and an open mouth he looks surprised."
            """);
        _poor = Write("poor.csv", """
            name,reason
            c,He is sad.
            a,He nods.
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Systems_are_ranked_and_written_down()
    {
        var run = await Score("--predictions", $"good={_good}", $"poor={_poor}", $"truth={_truth}");

        Assert.Equal((0, ""), (run.Code, run.Error));
        var ranked = run.Output.Split('\n').Select(line => line.Trim().Split(' ')[0])
            .Where(name => name is "good" or "poor" or "truth").Take(3);
        Assert.Equal(["truth", "good", "poor"], ranked);
        Assert.Contains("1 clips of the truth are not described by poor: b", run.Output);
        Assert.Contains("Emotion-LLaMA", run.Output);
        Assert.Contains("7.83", run.Output);
        Assert.Equal(9, File.ReadAllLines(_folder["scores/scores.jsonl"]).Length);
        Assert.Contains("| truth | 10.00 (10.00–10.00) | 10.00 (10.00–10.00) | lexicon | 3 | 0 |",
            File.ReadAllText(_folder["scores/leaderboard.md"]));
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(_folder["scores/leaderboard.html"]));
    }

    [Fact]
    public async Task A_judge_scores_beside_the_lexicon_and_is_asked_once()
    {
        using var endpoint = new StubEndpoint();
        var judged = Write("judged.csv", "name,reason\na,worth 3\nb,worth 5\nc,worth 9\n");
        string[] judging =
            ["--predictions", $"good={judged}", "--judge", "llm", "--base-url", endpoint.BaseUrl, "--model", "stub"];

        var estimate = await Score([.. judging, "--estimate", "--json"]);
        Assert.Empty(endpoint.Calls);
        var run = await Score([.. judging, "--json"]);
        var calls = endpoint.Calls.Count;
        var again = await Score([.. judging, "--json"]);

        Assert.Equal((0, 0, 0), (estimate.Code, run.Code, again.Code));
        Assert.Equal(calls, estimate.Json.GetProperty("calls").GetInt32());
        Assert.Equal(calls, endpoint.Calls.Count);
        Assert.Equal(run.Output, again.Output);
        var row = run.Json.GetProperty("rows").EnumerateArray()
            .Single(row => row.GetProperty("scorer").GetString() == "stub");
        Assert.Equal(17.0 / 3, row.GetProperty("clue_overlap").GetDouble(), 1e-9);
        Assert.Equal(
            ["lexicon", "stub"],
            run.Json.GetProperty("rows").EnumerateArray()
                .Where(row => row.GetProperty("system").GetString() == "good")
                .Select(row => row.GetProperty("scorer").GetString()).Order());
    }

    [Fact]
    public async Task Labels_are_measured_on_wheels()
    {
        var truth = Write("labels.csv", "name,openset\na,\"['angry']\"\nb,\"['happy', 'proud']\"\n");

        var run = await CliRun.Of(
            "score", "--truth", truth, "--predictions", $"same={truth}", "--metric", "wheel", "--json");

        var level = Assert.Single(run.Json.GetProperty("systems").EnumerateArray()).GetProperty("level1");
        Assert.Equal(1, level.GetProperty("f1").GetDouble(), 1e-9);
    }

    [Fact]
    public async Task The_emotion_wheels_give_the_published_figures()
    {
        var truth = SharedData.Require("data/emer/openset-truth.csv");
        var predictions = SharedData.Require("data/emer/openset-prediction.csv");
        var wheels = SharedData.Require("data/emotion_wheel");

        var run = await CliRun.Of(
            "score", "--truth", truth, "--predictions", $"other={predictions}", "--metric", "wheel", "--wheel", wheels,
            "--json");

        var system = Assert.Single(run.Json.GetProperty("systems").EnumerateArray());
        var (one, two) = (system.GetProperty("level1"), system.GetProperty("level2"));
        Assert.Equal(0.55371, one.GetProperty("f1").GetDouble(), 1e-5);
        Assert.Equal(0.55940, one.GetProperty("precision").GetDouble(), 1e-5);
        Assert.Equal(0.54852, one.GetProperty("recall").GetDouble(), 1e-5);
        Assert.Equal(0.42449, two.GetProperty("f1").GetDouble(), 1e-5);
        double[] wheel = [0.5640, 0.5751, 0.5540, 0.5470, 0.5285];
        var measured = one.GetProperty("f1_per_wheel").EnumerateArray().Select(f1 => f1.GetDouble());
        Assert.All(wheel.Zip(measured), pair => Assert.Equal(pair.First, pair.Second, 5e-5));
    }

    // The mean is over the rows that name a clue, or an emotion, that the lexicon knows; the others are listed.
    [Theory]
    [InlineData("emer-v1-english.csv", "english", 100)]
    [InlineData("emer-v1-chinese.csv", "chinese", 100)]
    [InlineData("emer-v2.csv", "english", 332)]
    [InlineData("emer-v2.csv", "chinese", 332)]
    public async Task The_truth_of_EMER_scores_ten_against_itself(string name, string language, int rows)
    {
        var truth = SharedData.Require($"data/emer/{name}");

        var run = await CliRun.Of(
            "score", "--truth", truth, "--predictions", $"itself={truth}", "--language", language,
            "--output", _folder["scores"], "--json");

        var itself = run.Json.GetProperty("rows").EnumerateArray()
            .Single(row => row.GetProperty("system").GetString() == "itself");
        Assert.Equal(rows, itself.GetProperty("clips").GetInt32());
        Assert.Equal(10, itself.GetProperty("clue_overlap").GetDouble(), 1e-9);
        Assert.Equal(10, itself.GetProperty("label_overlap").GetDouble(), 1e-9);
        Assert.InRange(itself.GetProperty("failures").GetInt32(), 0, rows * 4 / 100);
    }

    public static TheoryData<string[], string> Mistakes => new()
    {
        { ["--predictions", "good=none.csv"], "none.csv" },
        { ["--predictions", "GOOD", "GOOD"], "two systems are called good" },
        { ["--predictions", "GOOD", "--judge", "own"], "--cfg-path" },
        { ["--predictions", "GOOD", "--judge", "llm"], "judge.model" },
        { ["--predictions", "GOOD", "--metric", "wheel", "--wheel", "none"], "none" },
        { ["--predictions", "OTHER"], "describes no clip of" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_one_line(string[] args, string names)
    {
        var other = Write("other.csv", "name,reason\nz,He smiles.\n");

        var run = await Score([.. args.Select(arg => arg switch
        {
            "GOOD" => _good,
            "OTHER" => other,
            _ => arg,
        })]);

        Assert.Equal(2, run.Code);
        Assert.Contains(names, run.ErrorLine);
    }

    private Task<CliRun> Score(params string[] args) =>
        CliRun.Of(["score", "--truth", _truth, "--output", _folder["scores"], .. args]);

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder[name], text);
        return _folder[name];
    }
}
