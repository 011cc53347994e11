using EmotionLlama.Generation;

namespace EmotionLlama.Tests.Generation;

/// <summary>Greedy answers of a scorer that chooses by itself, against those of the search that chooses token by token.
/// </summary>
public sealed class GreedySearchTests
{
    private const int End = 0;

    public static TheoryData<int, int[], int> Batches => new()
    {
        { 1, [9], 1 },
        { 1, [1], 0 },
        { 4, [30, 30, 30, 30], 1 },
        { 5, [1, 7, 30, 2, 30], 1 },
        { 16, [.. Enumerable.Range(1, 16)], 0 },
        { 7, [.. Enumerable.Repeat(40, 7)], 0 },
    };

    [Theory]
    [MemberData(nameof(Batches))]
    public void Answers_are_those_of_the_search_token_by_token(int prompts, int[] limits, int leastTokens)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var settings = new GenerationSettings { MinNewTokens = leastTokens };
            var toy = ToyScorer.Random(prompts, vocabulary: 7, seed);
            var told = new List<(int, int)>();
            var expectedTold = new List<(int, int)>();

            var expected = new TokenByTokenSearch(settings, End).Run(
                toy, limits, (prompt, token) => expectedTold.Add((prompt, token)), CancellationToken.None);
            var answers = new GreedySearch(settings, End).Run(
                new GreedyToy(toy), limits, (prompt, token) => told.Add((prompt, token)), CancellationToken.None);

            Assert.Equal(expected.Select(answer => answer.Ids), answers.Select(answer => answer.Ids));
            Assert.Equal(expectedTold.Order(), told.Order());
        }
    }

    [Fact]
    public void One_token_at_most_is_computed_ahead_and_none_beyond_a_limit()
    {
        var toy = new ToyScorer(2, 4, (_, _) => [0, 1, 2, 3]);
        var scorer = new GreedyToy(toy);

        new GreedySearch(new(), End).Run(scorer, [6, 6], onToken: null, CancellationToken.None);

        // The first token needs no step.
        Assert.Equal(5, scorer.Steps);
        Assert.Equal(2, scorer.MostUnread);
    }

    [Fact]
    public void Rows_leave_the_batch_when_half_of_them_have_ended()
    {
        // Prompt n ends with its token n + 2.
        var toy = new ToyScorer(
            4, 3, (prompt, tokens) => tokens.Count == prompt + 1 ? [9, 1, 2] : [0, 1, 2]);
        var scorer = new GreedyToy(toy);

        var answers = new GreedySearch(new(), End).Run(scorer, [20, 20, 20, 20], onToken: null, CancellationToken.None);

        Assert.Equal([2, 3, 4, 5], answers.Select(answer => answer.Ids.Count));

        // While the second one ended, the step in which the third one did was under way.
        Assert.Equal([4, 1], scorer.Fed);
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1.2, 1, false)]
    [InlineData(1, 2, false)]
    public void Rules_on_logits_are_for_the_search_token_by_token(double penalty, int leastTokens, bool serves) =>
        Assert.Equal(
            serves,
            GreedySearch.Serves(new() { RepetitionPenalty = penalty, MinNewTokens = leastTokens }));

    [Fact]
    public void It_stops_between_two_tokens()
    {
        using var stop = new CancellationTokenSource();
        var told = 0;

        Assert.Throws<OperationCanceledException>(() => new GreedySearch(new() { MinNewTokens = 0 }, endId: -1).Run(
            new GreedyToy(ToyScorer.Random(1, 5, 3)),
            [50],
            (_, _) =>
            {
                if (++told == 3)
                    stop.Cancel();
            },
            stop.Token));
        Assert.Equal(3, told);
    }

    /// <summary>A toy that chooses by itself.</summary>
    private sealed class GreedyToy(ToyScorer toy) : IGreedyScorer
    {
        private readonly Queue<int[]> _unread = [];
        private int[] _last = [];

        public int Steps { get; private set; }

        public int MostUnread { get; private set; }

        public List<int> Fed { get; } = [];

        public LogitRows Start() => toy.Start();

        public LogitRows Next(IReadOnlyList<int> sources, IReadOnlyList<int> tokens) => toy.Next(sources, tokens);

        public void Feed(IReadOnlyList<int> sources, IReadOnlyList<int> tokens)
        {
            Assert.Empty(_unread);
            Fed.Add(sources.Count);
            Choose(toy.Next(sources, tokens));
        }

        public void FeedChosen() => Choose(toy.Next([.. Enumerable.Range(0, _last.Length)], _last));

        public int[] ReadChosen() => _unread.Dequeue();

        private void Choose(LogitRows logits)
        {
            Steps++;
            _last = [.. Enumerable.Range(0, logits.Count).Select(row => Logits.ArgMax(logits.Row(row)))];
            _unread.Enqueue(_last);
            MostUnread = Math.Max(MostUnread, _unread.Count);
        }
    }
}
