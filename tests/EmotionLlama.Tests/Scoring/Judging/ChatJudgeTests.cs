using EmotionLlama.Configuration;
using EmotionLlama.Endpoints;
using EmotionLlama.Scoring;
using EmotionLlama.Scoring.Judging;
using EmotionLlama.Tests.Endpoints;

namespace EmotionLlama.Tests.Scoring.Judging;

/// <summary>A judge at a server that answers well.</summary>
public sealed class ChatJudgeTests
{
    private const int Count = 23;

    [Fact]
    public async Task Each_pair_gets_the_scores_the_judge_gave_it()
    {
        using var run = new StubRun();

        var scores = await StubRun.ScoreAsync(run.Judge(scores: JudgedScores.Both), StubJudgement.Pairs(Count));

        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"clip{i}"), scores.Select(score => score.Name));
        Assert.Equal(
            Enumerable.Range(0, Count).Select(i => (double?)StubJudgement.Worth(i)),
            scores.Select(score => score.ClueOverlap));
        Assert.Equal(scores.Select(score => score.ClueOverlap), scores.Select(score => score.LabelOverlap));
        Assert.All(scores, score => Assert.Null(score.Failure));
    }

    [Fact]
    public async Task Only_the_wanted_score_is_asked_for()
    {
        using var run = new StubRun();

        var score = (await StubRun.ScoreAsync(
            run.Judge(scores: JudgedScores.LabelOverlap), StubJudgement.Pairs(1))).Single();

        Assert.Null(score.ClueOverlap);
        Assert.Equal(0, score.LabelOverlap);
        Assert.Null(score.Failure);
        Assert.DoesNotContain(run.Endpoint.Calls, call => call.IsAboutClues);
    }

    [Fact]
    public async Task Calls_are_cold_and_seeded_and_ask_for_a_schema()
    {
        using var run = new StubRun();

        await StubRun.ScoreAsync(run.Judge(), StubJudgement.Pairs(1));

        var body = run.Endpoint.Calls.Single().Body;
        Assert.Equal("stub", body.GetProperty("model").GetString());
        Assert.Equal(0, body.GetProperty("temperature").GetDouble());
        Assert.True(body.TryGetProperty("seed", out _));
        var schema = body.GetProperty("response_format").GetProperty("json_schema");
        Assert.True(schema.GetProperty("strict").GetBoolean());
        Assert.True(schema.GetProperty("schema").GetProperty("properties").TryGetProperty("score", out _));
    }

    [Fact]
    public async Task Known_labels_are_not_asked_for()
    {
        using var run = new StubRun();
        var pair = new DescriptionPair(
            new EmotionDescription { Name = "clip", Labels = ["true"] },
            new EmotionDescription { Name = "clip", Labels = ["happy"] });

        var score = (await StubRun.ScoreAsync(run.Judge(scores: JudgedScores.LabelOverlap), [pair])).Single();

        Assert.Equal(7, score.LabelOverlap);
        Assert.Contains("\nhappy\n", run.Endpoint.Calls.Single().Prompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prediction_that_says_nothing_scores_zero_without_a_call()
    {
        using var run = new StubRun();
        var pair = new DescriptionPair(
            new EmotionDescription { Name = "clip", Reason = "He smiles.", Labels = ["happy"] },
            new EmotionDescription { Name = "clip", Reason = " " });

        var score = (await StubRun.ScoreAsync(run.Judge(scores: JudgedScores.Both), [pair])).Single();

        Assert.Equal(new PairScore { Name = "clip", ClueOverlap = 0, LabelOverlap = 0 }, score);
        Assert.Empty(run.Endpoint.Calls);
    }

    [Fact]
    public async Task A_truth_that_says_nothing_is_a_failure()
    {
        using var run = new StubRun();
        var pair = new DescriptionPair(
            new EmotionDescription { Name = "clip" }, new EmotionDescription { Name = "clip", Labels = ["happy"] });

        var score = (await StubRun.ScoreAsync(run.Judge(scores: JudgedScores.Both), [pair])).Single();

        Assert.Null(score.ClueOverlap);
        Assert.Null(score.LabelOverlap);
        Assert.Contains("clue overlap: the truth has no description", score.Failure, StringComparison.Ordinal);
        Assert.Contains("label overlap: the truth names no emotion", score.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_asks_nothing()
    {
        using var run = new StubRun();
        var pairs = StubJudgement.Pairs(Count);
        var first = await StubRun.ScoreAsync(run.Judge(scores: JudgedScores.Both), pairs);
        var calls = run.Endpoint.Calls.Count;

        var again = run.Judge(scores: JudgedScores.Both);
        Assert.Equal(first, await StubRun.ScoreAsync(again, pairs));

        Assert.Equal(calls, run.Endpoint.Calls.Count);
        Assert.Equal(0, again.Usage.Calls);
        Assert.Equal(0, again.Usage.Cost);

        // Pairs that ask the same at the same moment share one look.
        Assert.InRange(again.Usage.Cached, calls, 4 * Count);
    }

    [Theory]
    [InlineData("another", JudgeLanguage.English)]
    [InlineData("stub", JudgeLanguage.Chinese)]
    public async Task Another_model_or_prompt_is_asked_anew(string model, JudgeLanguage language)
    {
        using var run = new StubRun();
        await StubRun.ScoreAsync(run.Judge(), StubJudgement.Pairs(2));

        await StubRun.ScoreAsync(
            run.Judge(run.Recipe with { Model = model, Language = language }), StubJudgement.Pairs(2));

        Assert.Equal(4, run.Endpoint.Calls.Count);
    }

    [Fact]
    public async Task A_damaged_answer_in_the_cache_is_asked_again()
    {
        using var run = new StubRun();
        var pairs = StubJudgement.Pairs(4);
        await StubRun.ScoreAsync(run.Judge(), pairs);
        string[] files = [.. Directory.EnumerateFiles(run.Cache, "*.json", SearchOption.AllDirectories)];
        Assert.Equal(4, files.Length);
        File.WriteAllText(files[0], File.ReadAllText(files[0])[..20]);
        File.WriteAllText(files[1], File.ReadAllText(files[1]).Replace("score", "sc", StringComparison.Ordinal));
        File.WriteAllText(files[2], "");

        var scores = await StubRun.ScoreAsync(run.Judge(), pairs);

        Assert.Equal([0, 1, 2, 3], scores.Select(score => score.ClueOverlap));
        Assert.Equal(7, run.Endpoint.Calls.Count);
    }

    [Fact]
    public async Task Questions_that_pairs_share_are_asked_once()
    {
        using var run = new StubRun();
        var pair = StubJudgement.Pairs(1)[0];
        var pairs = Enumerable.Repeat(pair, 20).ToArray();

        var scores = await StubRun.ScoreAsync(
            run.Judge(run.Recipe with { Parallel = 20 }, JudgedScores.Both), pairs);

        Assert.Equal(20, scores.Length);
        Assert.Equal(4, run.Endpoint.Calls.Count);
    }

    [Fact]
    public async Task No_more_calls_are_under_way_than_allowed_even_over_several_systems()
    {
        using var together = new SemaphoreSlim(0);
        var arrived = 0;
        using var run = new StubRun(call =>
        {
            // The first three wait for one another, so that three are certain to be there at once.
            if (Interlocked.Increment(ref arrived) == 3)
                together.Release(1000);

            return StubJudgement.Of(call) with { After = together.WaitAsync(TestContext.Current.CancellationToken) };
        });
        var judge = run.Judge(run.Recipe with { Parallel = 3 });

        await Task.WhenAll(
            StubRun.ScoreAsync(judge, StubJudgement.Pairs(30)),
            StubRun.ScoreAsync(judge, StubJudgement.Pairs(60)[30..]));

        Assert.Equal(60, run.Endpoint.Calls.Count);
        Assert.Equal(3, run.Endpoint.MostAtOnce);
    }

    [Fact]
    public async Task The_estimate_foresees_the_calls_and_knows_the_cache()
    {
        using var run = new StubRun();
        var recipe = run.Recipe with { PricePerMillionInput = 2, PricePerMillionOutput = 8 };
        var judge = run.Judge(recipe, JudgedScores.Both);
        var pairs = StubJudgement.Pairs(6);

        var before = judge.Estimate(pairs);
        await StubRun.ScoreAsync(judge, pairs);
        var after = judge.Estimate(pairs);

        Assert.Equal(run.Endpoint.Calls.Count, before.Calls);
        Assert.Equal(0, before.Cached);
        Assert.InRange(before.PromptTokens, 24 * 100, 24 * 600);
        Assert.Equal(((2 * before.PromptTokens) + (8 * before.AnswerTokens)) / 1e6, before.Cost, 12);
        Assert.Equal(0, after.Calls);
        Assert.Equal(0, after.PromptTokens);
        Assert.Equal(24, after.Cached);
    }

    [Fact]
    public async Task The_usage_is_summed_from_the_responses()
    {
        using var run = new StubRun();
        var judge = run.Judge(run.Recipe with { PricePerMillionInput = 2, PricePerMillionOutput = 8 });

        await StubRun.ScoreAsync(judge, StubJudgement.Pairs(5));

        Assert.Equal(
            new EndpointUsage
            {
                Calls = 5,
                Cached = 0,
                PromptTokens = 500,
                AnswerTokens = 50,
                CallsWithoutCount = 0,
                Cost = ((500 * 2) + (50 * 8)) / 1e6,
            },
            judge.Usage);
    }

    [Fact]
    public async Task A_stopped_run_keeps_its_answers_and_the_next_asks_what_is_missing()
    {
        using var stop = new CancellationTokenSource();
        using var over = new CancellationTokenSource();
        var resumed = false;
        using var run = new StubRun(call => call.Number < 10 || Volatile.Read(ref resumed)
            ? StubJudgement.Of(call)
            : StubJudgement.Of(call) with { After = Task.Delay(-1, over.Token) });
        var pairs = StubJudgement.Pairs(Count);
        var finished = new List<PairScore>();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var score in run.Judge().ScoreAsync(pairs, stop.Token))
            {
                finished.Add(score);
                if (finished.Count == 10)
                    await stop.CancelAsync();
            }
        });
        Volatile.Write(ref resumed, true);
        var judge = run.Judge();
        var scores = await StubRun.ScoreAsync(judge, pairs);
        await over.CancelAsync();

        Assert.Equal(10, finished.Count);
        Assert.Equal(Count - 10, judge.Usage.Calls);
        Assert.Equal(10, judge.Usage.Cached);
        Assert.Equal(
            Enumerable.Range(0, Count).Select(i => (double?)StubJudgement.Worth(i)),
            scores.Select(score => score.ClueOverlap));
    }

    [Fact]
    public async Task A_question_whose_first_asker_is_stopped_is_asked_by_the_next()
    {
        using var stop = new CancellationTokenSource();
        using var run = new StubRun(call => call.Number > 0
            ? StubJudgement.Of(call)
            : StubJudgement.Of(call) with { After = Task.Delay(-1, stop.Token) });
        var pairs = StubJudgement.Pairs(8)[7..];
        var judge = run.Judge();

        var stopped = Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in judge.ScoreAsync(pairs, stop.Token))
                Assert.Fail("it was stopped before it had an answer");
        });
        while (run.Endpoint.Calls.Count == 0)
            await Task.Delay(5, TestContext.Current.CancellationToken);

        var next = StubRun.ScoreAsync(judge, pairs);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Single(run.Endpoint.Calls);
        await stop.CancelAsync();

        await stopped;
        Assert.Equal(7, (await next).Single().ClueOverlap);
    }

    [Fact]
    public async Task Leaving_the_scores_early_stops_the_work()
    {
        using var run = new StubRun();

        await foreach (var _ in run.Judge(run.Recipe with { Parallel = 1 })
            .ScoreAsync(StubJudgement.Pairs(500), TestContext.Current.CancellationToken))
        {
            break;
        }

        Assert.InRange(run.Endpoint.Calls.Count, 1, 499);
    }

    [Fact]
    public async Task Calls_start_no_faster_than_the_rate_allows()
    {
        using var run = new StubRun();
        var clock = new ManualClock();
        var judge = run.Judge(run.Recipe with { RequestsPerMinute = 6, Parallel = 1 }, time: clock);
        var origin = clock.GetUtcNow();

        var scoring = StubRun.ScoreAsync(judge, StubJudgement.Pairs(4));
        for (var call = 1; call < 4; call++)
        {
            await clock.UntilWaitingAsync(wait => wait == 10, TestContext.Current.CancellationToken);
            Assert.Equal(call, run.Endpoint.Calls.Count);
            clock.Pass(10);
        }

        Assert.Equal(4, (await scoring).Length);
        Assert.Equal(30, (clock.GetUtcNow() - origin).TotalSeconds);
    }
}
