using EmotionLlama.Generation;

namespace EmotionLlama.Tests.Generation;

/// <summary>Beam search on toy tables, against all sequences there are.</summary>
public sealed class BeamSearchTests
{
    private const int End = 0;

    [Fact]
    public void It_finds_a_better_answer_than_the_greedy_one()
    {
        // The likeliest first token leads to even chances, the second likeliest to a sure end.
        var scorer = ToyScorer.OfProbabilities(
            otherwise: [0.98, 0.01, 0.01],
            ("", [0.001, 0.6, 0.399]),
            ("1", [0.4, 0.3, 0.3]));

        var greedy = new TokenByTokenSearch(new(), End).Run(scorer, [2], null, CancellationToken.None).Single();
        var best = Run(scorer, new() { Beams = 2 }, 2);

        Assert.Equal([1, End], greedy.Ids);
        Assert.Equal([2, End], best.Ids);
        Assert.Equal(Math.Log(0.399 * 0.98) / 2, best.Score!.Value, 1e-6);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.6)]
    [InlineData(0.0)]
    [InlineData(-0.5)]
    [InlineData(2.0)]
    public void With_beams_for_all_sequences_it_finds_the_best_of_them(double lengthPenalty)
    {
        const int Vocabulary = 4, Longest = 4;
        for (var seed = 0; seed < 20; seed++)
        {
            var scorer = ToyScorer.Random(prompts: 1, Vocabulary, seed);
            var settings = new GenerationSettings { Beams = 200, LengthPenalty = lengthPenalty, MinNewTokens = 0 };

            var found = Run(scorer, settings, Longest);

            var (score, ids) = AllAnswers(scorer, [], 0, Longest, lengthPenalty).MaxBy(answer => answer.Score);
            Assert.Equal(ids, found.Ids);
            Assert.Equal(score, found.Score!.Value, 1e-5);
        }
    }

    [Fact]
    public void One_beam_finds_the_greedy_answer()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var scorer = ToyScorer.Random(prompts: 1, vocabulary: 6, seed);

            var greedy = new TokenByTokenSearch(new(), End).Run(scorer, [8], null, CancellationToken.None).Single();

            Assert.Equal(greedy.Ids, Run(scorer, new() { Beams = 1 }, 8).Ids);
        }
    }

    [Fact]
    public void Prompts_in_one_batch_are_answered_as_alone()
    {
        var scorer = ToyScorer.Random(prompts: 6, vocabulary: 7, seed: 9);
        var settings = new GenerationSettings { Beams = 3, RepetitionPenalty = 1.3 };
        int[] limits = [9, 3, 9, 1, 9, 6];

        var together = new BeamSearch(settings, End).Run(scorer, limits, CancellationToken.None);

        Assert.Equal([6, 15], scorer.BatchSizes.Take(2));
        for (var prompt = 0; prompt < limits.Length; prompt++)
        {
            var alone = Run(scorer.Alone(prompt), settings, limits[prompt]);
            Assert.Equal(alone.Ids, together[prompt].Ids);
            Assert.Equal(alone.Score, together[prompt].Score);
        }
    }

    [Fact]
    public void It_goes_on_while_a_running_answer_is_better_than_the_worst_that_ended()
    {
        // "end" and "1 end" have ended after two steps. "1 1" is then better than the former at its present length, so
        // it is followed to its end, which is the best of all.
        var scorer = ToyScorer.OfProbabilities(
            otherwise: [0.5, 0.25, 0.25],
            ("", [0.3, 0.6, 0.1]),
            ("1", [0.5, 0.4, 0.1]),
            ("1 1", [0.99, 0.005, 0.005]));

        var best = Run(scorer, new() { Beams = 2, MinNewTokens = 0 }, limit: 9);

        Assert.Equal([1, 1, End], best.Ids);
        Assert.Equal(Math.Log(0.6 * 0.4 * 0.99) / 3, best.Score!.Value, 1e-6);
        Assert.Equal(3, scorer.BatchSizes.Count);
    }

    [Fact]
    public void It_stops_where_no_running_answer_is_better_at_its_present_length_even_if_it_might_become_so()
    {
        // "1 1 1 …" is certain from its third token on, so a long one would win; but at two tokens it is behind both
        // answers that ended.
        var scorer = ToyScorer.OfProbabilities(
            otherwise: [1e-9, 1 - 2e-9, 1e-9],
            ("", [1e-9, 0.5, 0.5]),
            ("1", [0.8, 0.19, 0.01]),
            ("2", [0.8, 0.19, 0.01]));

        var best = Run(scorer, new() { Beams = 2 }, limit: 40);

        Assert.Equal([1, End], best.Ids);
        Assert.Equal(2, scorer.BatchSizes.Count);
    }

    [Fact]
    public void An_end_that_is_not_among_the_best_continuations_is_no_answer()
    {
        // At the first step the end symbol is third of four; with two beams it is passed over.
        var scorer = ToyScorer.OfProbabilities(
            otherwise: [0.1, 0.3, 0.3, 0.3],
            ("", [0.2, 0.4, 0.39, 0.01]));

        Assert.Equal(3, Run(scorer, new() { Beams = 2, MinNewTokens = 0, LengthPenalty = 0 }, limit: 3).Ids.Count);
        Assert.Equal([End], Run(scorer, new() { Beams = 3, MinNewTokens = 0, LengthPenalty = 0 }, limit: 3).Ids);
    }

    [Fact]
    public void Penalties_change_the_log_probabilities_of_the_softmax()
    {
        // ln 0.9 · 3 is above ln 0.1, so one repetition stays likelier than the change, with a worse score.
        var scorer = ToyScorer.OfProbabilities([1e-12, 0.9, 0.1]);

        var best = Run(scorer, new() { Beams = 2, RepetitionPenalty = 3, MinNewTokens = 3 }, limit: 3);

        Assert.Equal([1, 1, 1], best.Ids);
        Assert.Equal(Math.Log(0.9) * (1 + 3 + 3) / 3, best.Score!.Value, 1e-6);
    }

    [Fact]
    public void The_end_symbol_is_forbidden_before_the_least_length()
    {
        var scorer = ToyScorer.OfProbabilities([0.9, 0.06, 0.04]);

        Assert.Equal([1, 1, End], Run(scorer, new() { Beams = 2, MinNewTokens = 2 }, limit: 9).Ids);
    }

    [Fact]
    public void It_stops_between_two_tokens_when_told_to()
    {
        using var stop = new CancellationTokenSource();
        var scorer = new ToyScorer(1, 5, (_, tokens) =>
        {
            if (tokens.Count == 2)
                stop.Cancel();

            return [0, 1, 2, 3, 4];
        });

        Assert.Throws<OperationCanceledException>(() =>
            new BeamSearch(new() { Beams = 2 }, End).Run(scorer, [50], stop.Token));
        Assert.Equal(3, scorer.BatchSizes.Count);
    }

    private static GeneratedTokens Run(ToyScorer scorer, GenerationSettings settings, int limit) =>
        new BeamSearch(settings, End).Run(scorer, [limit], CancellationToken.None).Single();

    /// <summary>Every answer that ends by the end symbol or at the limit, with its score.</summary>
    private static IEnumerable<(double Score, int[] Ids)> AllAnswers(
        ToyScorer scorer, int[] tokens, double sum, int limit, double lengthPenalty)
    {
        if (tokens.Length == limit || (tokens.Length > 0 && tokens[^1] == End))
        {
            yield return (sum / Math.Pow(tokens.Length, lengthPenalty), tokens);
            yield break;
        }

        var logits = scorer.LogitsBehind(0, tokens);
        Logits.LogSoftmax(logits);
        for (var token = 0; token < logits.Length; token++)
        {
            foreach (var answer in AllAnswers(
                scorer, [.. tokens, token], sum + logits[token], limit, lengthPenalty))
            {
                yield return answer;
            }
        }
    }
}
