using EmotionLlama.Generation;

namespace EmotionLlama.Tests.Generation;

/// <summary>Greedy and sampled answers, on toy tables.</summary>
public sealed class TokenByTokenSearchTests
{
    private const int End = 0;

    [Fact]
    public void The_most_likely_token_is_taken_until_the_end_symbol()
    {
        var scorer = ToyScorer.OfProbabilities(
            otherwise: [0.7, 0.1, 0.1, 0.1],
            ("", [0.1, 0.2, 0.3, 0.4]),
            ("3", [0.1, 0.6, 0.2, 0.1]));

        Assert.Equal([3, 1, End], Answer(scorer, new(), limits: 9));
    }

    [Fact]
    public void An_answer_ends_at_its_limit()
    {
        var scorer = ToyScorer.Random(prompts: 2, vocabulary: 5, seed: 1);

        var answers = Run(scorer, new() { MinNewTokens = 50 }, limits: [2, 4]);

        Assert.Equal([2, 4], answers.Select(answer => answer.Ids.Count));
        Assert.All(answers, answer => Assert.Null(answer.Score));
    }

    [Fact]
    public void The_end_symbol_is_forbidden_before_the_least_length()
    {
        var scorer = ToyScorer.OfProbabilities([0.8, 0.15, 0.05]);

        Assert.Equal([1, 1, 1, End], Answer(scorer, new() { MinNewTokens = 3 }, limits: 9));
        Assert.Equal([1, End], Answer(scorer, new(), limits: 9));
        Assert.Equal([End], Answer(scorer, new() { MinNewTokens = 0 }, limits: 9));
    }

    [Fact]
    public void Repetition_is_penalized_among_the_tokens_of_the_answer()
    {
        var scorer = new ToyScorer(1, 4, (_, _) => [-9, 2.0f, 1.5f, 1.2f]);

        Assert.Equal([1, 1, 1], Answer(scorer, new(), limits: 3));
        Assert.Equal([1, 2, 3], Answer(scorer, new() { RepetitionPenalty = 2 }, limits: 3));
    }

    [Fact]
    public void A_seed_repeats_the_draws_whatever_else_is_in_the_batch()
    {
        var scorer = ToyScorer.Random(prompts: 3, vocabulary: 50, seed: 2);
        var settings = new GenerationSettings { DoSample = true, TopP = 1, Seed = 5 };

        var first = Run(scorer, settings, [20, 20, 20]);
        var again = Run(scorer, settings, [20, 5, 20]);
        var other = Run(scorer, settings with { Seed = 6 }, [20, 20, 20]);

        Assert.Equal(first[0].Ids, again[0].Ids);
        Assert.Equal(first[2].Ids, again[2].Ids);
        Assert.NotEqual(first[0].Ids, other[0].Ids);
        Assert.Equal(first[0].Ids, Answer(scorer.Alone(0), settings, 20));
    }

    [Fact]
    public void Without_a_seed_draws_differ()
    {
        var scorer = ToyScorer.Random(prompts: 1, vocabulary: 50, seed: 2);
        var settings = new GenerationSettings { DoSample = true, TopP = 1, MinNewTokens = 30 };

        Assert.NotEqual(Answer(scorer, settings, 30), Answer(scorer, settings, 30));
    }

    [Fact]
    public void Draws_stay_among_the_tokens_of_top_k_and_top_p_after_temperature()
    {
        var scorer = ToyScorer.OfProbabilities([0.02, 0.4, 0.3, 0.2, 0.05, 0.03]);
        var settings = new GenerationSettings { DoSample = true, TopP = 1, MinNewTokens = 200, Seed = 1 };

        int[] Seen(GenerationSettings choice) => [.. Answer(scorer, choice, 200).Distinct().Order()];

        Assert.Equal([1, 2, 3, 4, 5], Seen(settings));
        Assert.Equal([1, 2], Seen(settings with { TopK = 2 }));
        Assert.Equal([1, 2, 3], Seen(settings with { TopP = 0.8 }));
        Assert.Equal([1, 2], Seen(settings with { TopP = 0.8, Temperature = 0.3 }));
        Assert.Equal([1], Seen(settings with { Temperature = 0.01 }));
    }

    [Fact]
    public void A_sequence_that_ended_leaves_the_batch_and_its_place_is_taken_from_the_end()
    {
        int[] lengths = [4, 1, 6, 2, 5];
        var scorer = new ToyScorer(
            lengths.Length, 3, (prompt, tokens) => tokens.Count + 1 < lengths[prompt] ? [0, 1, prompt] : [9, 1, 1]);

        var answers = Run(scorer, new() { MinNewTokens = 0 }, [9, 9, 9, 9, 9]);

        Assert.Equal(lengths, answers.Select(answer => answer.Ids.Count));
        Assert.All(answers, answer => Assert.Equal(End, answer.Ids[^1]));
        Assert.Equal([5, 4, 3, 3, 2, 1], scorer.BatchSizes);
        Assert.Equal([0, 4, 2, 3], scorer.Sources[0]);
        Assert.Equal([0, 1, 2], scorer.Sources[1]);
    }

    [Fact]
    public void Each_token_is_told_when_it_is_chosen()
    {
        var scorer = ToyScorer.Random(prompts: 2, vocabulary: 6, seed: 3);
        var told = new List<int>[] { [], [] };

        var answers = new TokenByTokenSearch(new(), End).Run(
            scorer, [7, 3], (prompt, token) => told[prompt].Add(token), CancellationToken.None);

        Assert.Equal(answers.Select(answer => answer.Ids), told);
    }

    [Fact]
    public void It_stops_between_two_tokens_when_told_to()
    {
        using var stop = new CancellationTokenSource();
        var scorer = ToyScorer.Random(prompts: 1, vocabulary: 6, seed: 3);
        var told = 0;

        Assert.Throws<OperationCanceledException>(() => new TokenByTokenSearch(new() { MinNewTokens = 99 }, End).Run(
            scorer,
            [99],
            (_, _) =>
            {
                if (++told == 3)
                    stop.Cancel();
            },
            stop.Token));
        Assert.Equal(3, told);
    }

    private static GeneratedTokens[] Run(ToyScorer scorer, GenerationSettings settings, int[] limits) =>
        new TokenByTokenSearch(settings, End).Run(scorer, limits, onToken: null, CancellationToken.None);

    private static IReadOnlyList<int> Answer(ToyScorer scorer, GenerationSettings settings, int limits) =>
        Run(scorer, settings, [limits]).Single().Ids;
}
