using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EmotionLlama.Reporting;
using EmotionLlama.Runtime;
using EmotionLlama.Scoring;
using EmotionLlama.Scoring.Leaderboards;

namespace EmotionLlama.Workflows;

/// <summary>Scores systems' descriptions against the truth, and ranks them.</summary>
public static class ScoreWorkflow
{
    /// <summary>A score a line, of every clip by every scorer.</summary>
    public const string ScoresName = "scores.jsonl";

    /// <summary>The leaderboard without its file extension: it is written as JSON, Markdown and HTML.</summary>
    public const string LeaderboardName = "leaderboard";

    private static readonly JsonSerializerOptions Lines = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions Indented = new(Lines) { WriteIndented = true };

    /// <summary>Scores every system by every scorer, and writes scores and leaderboard, each whole or not at all.
    /// </summary>
    /// <param name="truth">Where the truth was read from.</param>
    /// <param name="systems">The systems' descriptions, each beside the truth.</param>
    /// <param name="scorers">Who scores.</param>
    /// <param name="published">Figures to stand beside them.</param>
    /// <param name="outputFolder">Where the files go.</param>
    /// <param name="progress">Hears of every clip that is scored.</param>
    /// <param name="cancellationToken">Stops; what a judge has answered by then is in its cache.</param>
    /// <exception cref="InputException">The folder cannot be written to, or a judge cannot be asked.</exception>
    public static async Task<Leaderboard> RunAsync(
        string truth,
        IReadOnlyList<SystemDescriptions> systems,
        IReadOnlyList<IPairScorer> scorers,
        IReadOnlyList<LeaderboardRow> published,
        string outputFolder,
        IProgress<ScoreProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(systems);
        ArgumentNullException.ThrowIfNull(scorers);
        var folder = OutputFolder.Open(outputFolder);
        var scores = new List<SystemScores>();
        foreach (var scorer in scorers)
        {
            foreach (var system in systems)
                scores.Add(await ScoreAsync(system, scorer, progress, cancellationToken).ConfigureAwait(false));
        }

        var leaderboard = Leaderboard.Of(truth, scores, published);
        Write(folder, scores, leaderboard);
        return leaderboard;
    }

    private static async Task<SystemScores> ScoreAsync(
        SystemDescriptions system,
        IPairScorer scorer,
        IProgress<ScoreProgress>? progress,
        CancellationToken cancellationToken)
    {
        var (pairs, missing) = (system.Clips.Pairs, system.Clips.MissingPredictions);
        var scores = missing.ToDictionary(
            name => name, name => new PairScore { Name = name, Failure = "the system does not describe it" });
        var scored = 0;
        await foreach (var score in scorer.ScoreAsync(pairs, cancellationToken).ConfigureAwait(false))
        {
            scores[score.Name] = score;
            progress?.Report(new ScoreProgress(system.System, scorer.Name, ++scored, pairs.Count));
        }

        return new SystemScores
        {
            System = system.System,
            Scorer = scorer.Name,
            Scores =
            [
                .. pairs.Select(pair => pair.Name).Concat(missing).Distinct().Select(name => scores[name]),
            ],
        };
    }

    private static void Write(string folder, IReadOnlyList<SystemScores> systems, Leaderboard leaderboard)
    {
        AtomicFile.WriteText(
            Path.Combine(folder, ScoresName),
            string.Concat(
                from system in systems
                from score in system.Scores
                select JsonSerializer.Serialize(
                    new
                    {
                        system.System,
                        system.Scorer,
                        score.Name,
                        score.ClueOverlap,
                        score.LabelOverlap,
                        score.Failure,
                    },
                    Lines) + "\n"));
        var path = Path.Combine(folder, LeaderboardName);
        AtomicFile.WriteText($"{path}.json", JsonSerializer.Serialize(leaderboard, Indented) + "\n");
        AtomicFile.WriteText($"{path}.md", leaderboard.ToMarkdown());
        LeaderboardPage.Write($"{path}.html", leaderboard);
    }
}
