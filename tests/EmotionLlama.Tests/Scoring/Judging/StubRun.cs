using EmotionLlama.Configuration;
using EmotionLlama.Endpoints;
using EmotionLlama.Scoring;
using EmotionLlama.Scoring.Judging;
using EmotionLlama.Tests.Endpoints;
using Microsoft.Extensions.AI;

namespace EmotionLlama.Tests.Scoring.Judging;

/// <summary>A judge at a stub endpoint, with a cache of its own that outlives it.</summary>
internal sealed class StubRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<IChatClient> _clients = [];

    public StubRun(Func<StubCall, StubReply>? reply = null) => Endpoint = new StubEndpoint(reply);

    public StubEndpoint Endpoint { get; }

    public string Cache => _folder["answers"];

    public JudgeRecipe Recipe => new() { Model = "stub", BaseUrl = Endpoint.BaseUrl, MaxRetries = 3 };

    /// <summary>A judge; all judges of a run share the cache.</summary>
    public ChatJudge Judge(
        JudgeRecipe? recipe = null, JudgedScores scores = JudgedScores.ClueOverlap, TimeProvider? time = null)
    {
        var client = EndpointClients.Create(recipe ?? Recipe, ChatJudge.Section, _ => null);
        _clients.Add(client);
        var timing = new RetryTiming
        {
            First = time is null ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromSeconds(1),
            Longest = time is null ? TimeSpan.FromMilliseconds(5) : TimeSpan.FromMinutes(1),
            Time = time ?? TimeProvider.System,
        };
        return new ChatJudge(client, recipe ?? Recipe, Cache, scores, timing);
    }

    /// <summary>All scores, in the order of the pairs.</summary>
    public static async Task<PairScore[]> ScoreAsync(ChatJudge judge, IReadOnlyList<DescriptionPair> pairs)
    {
        var scores = new List<PairScore>();
        await foreach (var score in judge.ScoreAsync(pairs, TestContext.Current.CancellationToken))
            scores.Add(score);

        string[] order = [.. pairs.Select(pair => pair.Name)];
        return [.. scores.OrderBy(score => Array.IndexOf(order, score.Name))];
    }

    public void Dispose()
    {
        foreach (var client in _clients)
            client.Dispose();

        Endpoint.Dispose();
        _folder.Dispose();
    }
}
