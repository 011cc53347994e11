using EmotionLlama.Scoring;
using EmotionLlama.Scoring.Leaderboards;

namespace EmotionLlama.Tests.Scoring.Leaderboards;

public sealed class LeaderboardTests
{
    [Fact]
    public void Systems_stand_best_first_among_the_published_ones()
    {
        var board = Leaderboard.Of("truth.csv", [System("good", 8, 8), System("poor", 1, 2)], PublishedResults.Emer);

        Assert.Equal(
            ["good", "Emotion-LLaMA", "Valley", "Video-LLaMA", "VideoChat-Text", "poor"],
            board.Rows.Select(row => row.System));
        Assert.Equal(
            [(6.42, 3.94), (6.64, 4.89), (7.24, 5.77), (7.83, 6.25)],
            board.Rows.Where(row => row.IsPublished).Reverse()
                .Select(row => (row.ClueOverlap!.Value, row.LabelOverlap!.Value)));
    }

    [Fact]
    public void Missing_scores_are_counted_and_take_no_part_in_the_mean()
    {
        var scores = System("half", 6, 4) with
        {
            Scores =
            [
                new PairScore { Name = "a", ClueOverlap = 6, LabelOverlap = 4 },
                new PairScore { Name = "b", Failure = "the judge gave no score" },
            ],
        };

        var row = Assert.Single(Leaderboard.Of("truth.csv", [scores], []).Rows);

        Assert.Equal((6.0, 4.0, 2, 1), (row.ClueOverlap, row.LabelOverlap, row.Clips, row.Failures));
    }

    [Fact]
    public void Systems_of_one_scorer_are_compared_on_the_clips_that_both_have()
    {
        var board = Leaderboard.Of("truth.csv", [System("a", 8, 5), System("b", 6, 5), System("a", 3, 3, "judge")], []);

        Assert.Equal(2, board.Comparisons.Count);
        var clues = Assert.Single(board.Comparisons, comparison => comparison.Kind == ScoreKind.ClueOverlap);
        Assert.Equal(("a", "b", "lexicon"), (clues.First, clues.Second, clues.Scorer));
        Assert.Equal(2, clues.Result.Difference.Mean, 1e-9);
    }

    [Fact]
    public void Scorers_of_one_system_are_correlated()
    {
        var board = Leaderboard.Of("truth.csv", [System("a", 8, 5), System("a", 3, 3, "judge")], []);

        Assert.Empty(board.Comparisons);
        Assert.Equal(2, board.Agreements.Count);
        Assert.All(board.Agreements, agreement => Assert.Equal(1, agreement.Result.Pearson, 1e-9));
    }

    [Fact]
    public void The_Markdown_has_a_line_a_system_and_says_what_must_not_be_compared()
    {
        var even = System("a|b", 8, 5) with
        {
            Scores = [new PairScore { Name = "clip", ClueOverlap = 8, LabelOverlap = 5.25 }],
        };

        var text = Leaderboard.Of("truth.csv", [even], PublishedResults.Emer).ToMarkdown();

        Assert.Contains("| a\\|b | 8.00 (8.00–8.00) | 5.25 (5.25–5.25) | lexicon | 1 | 0 |\n", text);
        Assert.Contains("| Valley | 7.24 | 5.77 | GPT, published | – | 0 |\n", text);
        Assert.Contains(Leaderboard.Caution, text);
    }

    /// <summary>A system whose scores lie evenly around two means.</summary>
    private static SystemScores System(string name, double clues, double labels, string scorer = "lexicon") => new()
    {
        System = name,
        Scorer = scorer,
        Scores =
        [
            .. Enumerable.Range(-2, 5).Select(offset => new PairScore
            {
                Name = $"clip{offset}",
                ClueOverlap = clues + (offset * 0.5),
                LabelOverlap = labels + (offset * 0.5),
            }),
        ],
    };
}
