using System.Text.RegularExpressions;
using EmotionLlama.Reporting;
using EmotionLlama.Scoring;
using EmotionLlama.Scoring.Leaderboards;

namespace EmotionLlama.Tests.Reporting;

public sealed class LeaderboardPageTests
{
    [Fact]
    public void Every_system_has_a_row_and_two_bars_and_published_ones_are_pale()
    {
        var html = LeaderboardPage.Render(Leaderboard.Of("truth.csv", [System("ours", 7, 5)], PublishedResults.Emer));

        Assert.Equal(5, Regex.Count(html, "class=\"bar clues"));
        Assert.Equal(5, Regex.Count(html, "class=\"bar labels"));
        Assert.Equal(8, Regex.Count(html, "published\""));
        Assert.Equal(4, Regex.Count(html, "<tr class=\"muted\">"));
        Assert.Contains("<th>Valley</th>\n<td>7.24</td><td>5.77</td>", html.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_what_was_measured_here_has_an_interval()
    {
        var html = LeaderboardPage.Render(Leaderboard.Of("truth.csv", [System("ours", 7, 5)], PublishedResults.Emer));

        // Two intervals, each a line and two ends.
        Assert.Equal(6, Regex.Count(html, "class=\"whisker\""));
    }

    [Fact]
    public void A_system_without_scores_has_dashes_and_no_bar()
    {
        var failed = System("none", 0, 0) with { Scores = [new PairScore { Name = "a", Failure = "no score" }] };
        var html = LeaderboardPage.Render(Leaderboard.Of("truth.csv", [failed], []));

        Assert.DoesNotContain("class=\"bar ", html, StringComparison.Ordinal);
        Assert.Contains("<td>–</td><td>–</td>", html, StringComparison.Ordinal);
        Assert.Contains("<td>1</td><td>1</td></tr>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_text_and_never_markup()
    {
        var html = LeaderboardPage.Render(
            Leaderboard.Of("<b>truth</b>.csv", [System("<script>alert(1)</script>", 7, 5)], []));

        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_systems_are_compared_in_words()
    {
        var one = LeaderboardPage.Render(Leaderboard.Of("t", [System("ours", 7, 5)], []));
        var two = LeaderboardPage.Render(Leaderboard.Of("t", [System("ours", 7, 5), System("theirs", 3, 2)], []));

        Assert.DoesNotContain("Are the differences chance?", one, StringComparison.Ordinal);
        Assert.Contains("Are the differences chance?", two, StringComparison.Ordinal);
    }

    private static SystemScores System(string name, double clues, double labels) => new()
    {
        System = name,
        Scorer = "lexicon",
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
