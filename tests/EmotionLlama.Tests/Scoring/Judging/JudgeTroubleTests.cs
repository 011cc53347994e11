using System.Net;
using EmotionLlama.Scoring;
using EmotionLlama.Scoring.Judging;
using EmotionLlama.Tests.Endpoints;

namespace EmotionLlama.Tests.Scoring.Judging;

/// <summary>A judge at a server that does not answer well.</summary>
public sealed class JudgeTroubleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(408)]
    public async Task Passing_errors_are_tried_again(int status)
    {
        using var run = new StubRun(call =>
            call.Number < 2 ? StubReply.Fails(status, "come back later") : StubJudgement.Of(call));

        var score = await ScoreOneAsync(run);

        Assert.Equal(7, score.ClueOverlap);
        Assert.Equal(3, run.Endpoint.Calls.Count);
    }

    [Fact]
    public async Task An_error_that_does_not_pass_fails_the_pair_and_is_asked_again_in_the_next_run()
    {
        var down = true;
        using var run = new StubRun(call => down ? StubReply.Fails(500, "out of order") : StubJudgement.Of(call));

        var score = await ScoreOneAsync(run);
        down = false;
        var later = await ScoreOneAsync(run);

        Assert.Null(score.ClueOverlap);
        Assert.Equal("clue overlap: 500: out of order", score.Failure);
        Assert.Equal(7, later.ClueOverlap);
        Assert.Equal(1 + run.Recipe.MaxRetries + 1, run.Endpoint.Calls.Count);
    }

    [Theory]
    [InlineData("I would rather not say.")]
    [InlineData("")]
    [InlineData("{\"reason\": \"great\", \"score\": 11}")]
    public async Task Malformed_answers_are_asked_for_again(string malformed)
    {
        using var run = new StubRun(call =>
            call.Number == 0 ? StubReply.Says(malformed) : StubJudgement.Of(call));

        var score = await ScoreOneAsync(run);

        Assert.Equal(7, score.ClueOverlap);
        Assert.Equal(2, run.Endpoint.Calls.Count);
    }

    [Fact]
    public async Task The_judge_is_told_what_was_wrong_with_its_answer()
    {
        using var run = new StubRun(call =>
            call.Number == 0 ? StubReply.Says("A score of 11!") : StubJudgement.Of(call));

        await ScoreOneAsync(run);

        var messages = run.Endpoint.Calls[1].Body.GetProperty("messages");
        Assert.Equal(3, messages.GetArrayLength());
        Assert.Contains("A score of 11!", messages[1].ToString(), StringComparison.Ordinal);
        Assert.Contains("its score 11 is not from 0 to 10", messages[2].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_stays_malformed_is_a_failure_and_no_score()
    {
        using var run = new StubRun(_ => StubReply.Says("Rather good."));

        var score = await ScoreOneAsync(run);

        Assert.Null(score.ClueOverlap);
        Assert.Equal("clue overlap: the judge's answer cannot be used: it has no score", score.Failure);
        Assert.Equal(1 + run.Recipe.MaxRetries, run.Endpoint.Calls.Count);
        Assert.Empty(Directory.EnumerateFiles(run.Cache, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task An_answer_that_was_cut_off_is_not_read()
    {
        using var run = new StubRun(call => call.Number == 0
            ? StubReply.Says("{\"score\": 1", finishReason: "length")
            : StubJudgement.Of(call));

        Assert.Equal(7, (await ScoreOneAsync(run)).ClueOverlap);
    }

    [Fact]
    public async Task A_withheld_answer_is_a_failure_without_another_try()
    {
        using var run = new StubRun(_ => StubReply.Says("", finishReason: "content_filter"));

        var score = await ScoreOneAsync(run);

        Assert.Contains("content filter", score.Failure, StringComparison.Ordinal);
        Assert.Single(run.Endpoint.Calls);
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "")]
    [InlineData(false, "<html>busy</html>")]
    [InlineData(false, "{}")]
    [InlineData(false, "{\"choices\": []}")]
    public async Task No_usable_response_is_tried_again(bool hangsUp, string body)
    {
        using var run = new StubRun(call => call.Number == 0
            ? new StubReply { HangsUp = hangsUp, Body = body }
            : StubJudgement.Of(call));

        Assert.Equal(7, (await ScoreOneAsync(run)).ClueOverlap);
        Assert.Equal(2, run.Endpoint.Calls.Count);
    }

    [Fact]
    public async Task A_server_that_never_answers_anything_fails_every_pair_once()
    {
        using var run = new StubRun(_ => new StubReply { HangsUp = true });

        var scores = await StubRun.ScoreAsync(run.Judge(), StubJudgement.Pairs(5));

        Assert.Equal(5, scores.Length);
        Assert.All(scores, score =>
        {
            Assert.Null(score.ClueOverlap);
            Assert.StartsWith("clue overlap: no usable response", score.Failure, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_slow_answer_is_given_up_and_asked_for_again()
    {
        var clock = new ManualClock();
        using var late = new CancellationTokenSource();
        using var run = new StubRun(call => call.Number == 0
            ? StubJudgement.Of(call) with { After = Task.Delay(-1, late.Token) }
            : StubJudgement.Of(call));

        var scoring = ScoreOneAsync(run, clock);
        await UntilCalledAsync(run, 1);
        clock.Pass(run.Recipe.TimeoutSeconds);
        await clock.UntilWaitingAsync(wait => wait < 10, Cancellation);
        clock.Pass(10);

        Assert.Equal(7, (await scoring).ClueOverlap);
        Assert.Equal(2, run.Endpoint.Calls.Count);
        await late.CancelAsync();
    }

    [Fact]
    public async Task A_judge_that_is_always_slow_fails_by_its_time_limit()
    {
        using var late = new CancellationTokenSource();
        using var run = new StubRun(call => StubJudgement.Of(call) with { After = Task.Delay(-1, late.Token) });
        var judge = run.Judge(run.Recipe with { TimeoutSeconds = 1, MaxRetries = 0 });

        var score = (await StubRun.ScoreAsync(judge, StubJudgement.Pairs(1))).Single();

        Assert.Equal("clue overlap: no answer within 1 s", score.Failure);
        await late.CancelAsync();
    }

    [Theory]
    [InlineData("37")]
    [InlineData("Wed, 01 Jan 2025 00:00:37 GMT")]
    public async Task A_wait_that_the_endpoint_asks_for_is_kept(string retryAfter)
    {
        var clock = new ManualClock();
        using var run = new StubRun(call => call.Number == 0
            ? StubReply.Fails(429, "slow down") with { RetryAfter = retryAfter }
            : StubJudgement.Of(call));

        var scoring = ScoreOneAsync(run, clock);
        await clock.UntilWaitingAsync(wait => wait == 37, Cancellation);
        Assert.Single(run.Endpoint.Calls);
        clock.Pass(37);

        Assert.Equal(7, (await scoring).ClueOverlap);
    }

    [Fact]
    public async Task Waits_grow_from_try_to_try()
    {
        var clock = new ManualClock();
        using var run = new StubRun(_ => StubReply.Fails(500, "out of order"));
        var waits = new List<double>();

        var scoring = ScoreOneAsync(run, clock);
        for (var retry = 0; retry < run.Recipe.MaxRetries; retry++)
        {
            // Not the call's own time limit, which is two minutes.
            await clock.UntilWaitingAsync(wait => wait < 60, Cancellation);
            waits.Add(clock.Waits[0]);
            clock.Pass(clock.Waits[0]);
        }

        Assert.NotNull((await scoring).Failure);
        Assert.All(waits, wait => Assert.InRange(wait, 0.001, 60));
        Assert.InRange(waits.Sum(), 1, 40);
        Assert.Equal(waits.Count, waits.Distinct().Count());
    }

    [Theory]
    [InlineData(401, "", "OPENAI_API_KEY")]
    [InlineData(403, "", "OPENAI_API_KEY")]
    [InlineData(404, "model_not_found", "judge.model")]
    [InlineData(400, "model_not_found", "judge.model")]
    [InlineData(429, "insufficient_quota", "credit")]
    [InlineData(402, "", "credit")]
    public async Task What_no_call_can_get_around_stops_the_run_at_once(int status, string code, string advice)
    {
        using var run = new StubRun(_ => StubReply.Fails(status, "no\nway", code));

        var error = await Assert.ThrowsAsync<InputException>(
            () => StubRun.ScoreAsync(run.Judge(run.Recipe with { Parallel = 2 }), StubJudgement.Pairs(50)));

        Assert.Contains(run.Endpoint.BaseUrl, error.Message, StringComparison.Ordinal);
        Assert.Contains($"{status}: no way", error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.InRange(run.Endpoint.Calls.Count, 1, 2);
    }

    [Fact]
    public async Task A_wait_until_tomorrow_stops_the_run()
    {
        using var run = new StubRun(_ => StubReply.Fails(429, "daily limit") with { RetryAfter = "36000" });

        var error = await Assert.ThrowsAsync<InputException>(() => ScoreOneAsync(run));

        Assert.Contains("600 minutes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_scored_before_a_stop_comes_out_first()
    {
        using var run = new StubRun(call =>
            call.Number < 3 ? StubJudgement.Of(call) : StubReply.Fails(401, "the key has run out"));
        var scores = new List<PairScore>();

        await Assert.ThrowsAsync<InputException>(async () =>
        {
            await foreach (var score in run.Judge(run.Recipe with { Parallel = 1 })
                .ScoreAsync(StubJudgement.Pairs(9), Cancellation))
            {
                scores.Add(score);
            }
        });

        Assert.Equal([0, 1, 2], scores.Select(score => score.ClueOverlap));
    }

    [Fact]
    public async Task A_call_the_endpoint_rejects_fails_its_pair_only()
    {
        using var run = new StubRun(call => call.Prompt.Contains("worth 1.", StringComparison.Ordinal)
            ? StubReply.Fails(400, "maximum context length exceeded")
            : StubJudgement.Of(call));

        var scores = await StubRun.ScoreAsync(run.Judge(), StubJudgement.Pairs(3));

        Assert.Equal([0, null, 2], scores.Select(score => score.ClueOverlap));
        Assert.Equal("clue overlap: 400: maximum context length exceeded", scores[1].Failure);
        Assert.Equal(3, run.Endpoint.Calls.Count);
    }

    [Theory]
    [InlineData("response_format")]
    [InlineData("temperature")]
    [InlineData("seed")]
    public async Task An_option_the_endpoint_refuses_is_left_out_from_then_on(string option)
    {
        using var run = new StubRun(call => call.Body.TryGetProperty(option, out _)
            ? StubReply.Fails(400, $"Unsupported parameter: '{option}'")
            : StubJudgement.Of(call));
        var judge = run.Judge(run.Recipe with { Parallel = 1, MaxRetries = 0 });

        var scores = await StubRun.ScoreAsync(judge, StubJudgement.Pairs(3));

        Assert.Equal([0, 1, 2], scores.Select(score => score.ClueOverlap));
        Assert.Equal(4, run.Endpoint.Calls.Count);

        await StubRun.ScoreAsync(run.Judge(), StubJudgement.Pairs(3));
        Assert.Equal(4, run.Endpoint.Calls.Count);
    }

    [Fact]
    public async Task One_score_is_kept_where_the_other_fails()
    {
        using var run = new StubRun(call => call.AsksForEmotions
            ? StubReply.Says("He seems to be happy, but in truth he is very worried indeed.")
            : StubJudgement.Of(call));

        var score = (await StubRun.ScoreAsync(
            run.Judge(scores: JudgedScores.Both), StubJudgement.Pairs(8)[7..])).Single();

        Assert.Equal(7, score.ClueOverlap);
        Assert.Null(score.LabelOverlap);
        Assert.StartsWith("label overlap: ", score.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_out_of_reach_from_the_start_stops_the_run()
    {
        using var run = new StubRun();
        run.Endpoint.Dispose();

        var error = await Assert.ThrowsAsync<InputException>(() => ScoreOneAsync(run));

        Assert.Contains("cannot be reached", error.Message, StringComparison.Ordinal);
        Assert.Contains("judge.base_url", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_of_all_kinds_among_many_calls_lose_and_repeat_nothing()
    {
        // Every question fails in another way when first asked.
        var seen = new HashSet<string>();
        using var run = new StubRun(call =>
        {
            lock (seen)
            {
                return !seen.Add(call.Prompt)
                    ? StubJudgement.Of(call)
                    : (call.Number % 6) switch
                    {
                        0 => StubReply.Fails(429, "slow down") with { RetryAfter = "0" },
                        1 => StubReply.Fails(500, "out of order"),
                        2 => StubReply.Says("no idea"),
                        3 => new StubReply { HangsUp = true },
                        4 => new StubReply { Status = HttpStatusCode.OK },
                        _ => StubJudgement.Of(call),
                    };
            }
        });
        var pairs = StubJudgement.Pairs(60);

        var scores = await StubRun.ScoreAsync(
            run.Judge(run.Recipe with { Parallel = 8 }, JudgedScores.Both), pairs);
        var calls = run.Endpoint.Calls.Count;
        var again = await StubRun.ScoreAsync(run.Judge(scores: JudgedScores.Both), pairs);

        Assert.All(scores, score => Assert.Null(score.Failure));
        Assert.Equal(pairs.Select(pair => pair.Name), scores.Select(score => score.Name));
        Assert.Equal(
            Enumerable.Range(0, 60).Select(i => (double?)StubJudgement.Worth(i)),
            scores.Select(score => score.LabelOverlap));
        Assert.Equal(scores, again);
        Assert.Equal(calls, run.Endpoint.Calls.Count);
    }

    /// <summary>Scores a pair worth 7.</summary>
    private static async Task<PairScore> ScoreOneAsync(StubRun run, TimeProvider? time = null) =>
        (await StubRun.ScoreAsync(run.Judge(time: time), StubJudgement.Pairs(8)[7..])).Single();

    private static async Task UntilCalledAsync(StubRun run, int calls)
    {
        while (run.Endpoint.Calls.Count < calls)
            await Task.Delay(5, Cancellation);
    }
}
