using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EmotionLlama.Configuration;
using EmotionLlama.Endpoints;
using EmotionLlama.Generation;
using Microsoft.Extensions.AI;

namespace EmotionLlama.Scoring.Judging;

/// <summary>
/// Scores descriptions by asking a language model, by the two steps of AffectGPT's evaluation: summarize both, then
/// rate the overlap of the clues; read the emotions out of both, then rate their overlap. All at temperature 0 and with
/// a fixed seed, where the endpoint takes them.
/// </summary>
/// <remarks>
/// Every answer is kept in a folder before it is used, so that a stopped or repeated run asks only what is missing. A
/// call that fails for good, or an answer without a plain score, leaves the score out and says why. A prediction that
/// says nothing scores 0 without a call. Safe to use from several threads at once; the limits hold for all together.
/// </remarks>
public sealed class ChatJudge : IPairScorer
{
    /// <summary>The recipe's section, for messages.</summary>
    internal const string Section = "judge";

    private readonly JudgeRecipe _recipe;
    private readonly JudgedScores _wanted;
    private readonly JudgeRubric _rubric;
    private readonly EndpointCalls _calls;
    private readonly PairJudge _judge;
    private readonly UsageMeter _usage;

    /// <summary>Makes a judge of a chat client.</summary>
    /// <param name="client">The model, such as <see cref="EndpointClients.Create(EndpointRecipe, string)"/> gives; the caller keeps
    /// it. It should not retry by itself. A <see cref="LlamaChatClient"/> is asked under its own name, one call at a time
    /// and without a time limit.</param>
    /// <param name="recipe">The model's name, else the client's, the prompts' language, limits and prices. Answers of
    /// different models must not share a name and a cache.</param>
    /// <param name="cacheFolder">Where answers are kept if the recipe does not say.</param>
    /// <param name="scores">The scores to ask for.</param>
    /// <exception cref="InputException">No model is named, a prompt file is not as it should be, or the cache
    /// cannot be written to.</exception>
    public ChatJudge(
        IChatClient client, JudgeRecipe recipe, string cacheFolder, JudgedScores scores = JudgedScores.Both)
        : this(client, recipe, cacheFolder, scores, new RetryTiming())
    {
    }

    internal ChatJudge(
        IChatClient client, JudgeRecipe recipe, string cacheFolder, JudgedScores scores, RetryTiming timing)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(cacheFolder);
        recipe = Fit(recipe, client);
        Name = recipe.Model!;
        var prompts = JudgePrompts.Load(recipe.Language, recipe.Prompts);
        _recipe = recipe;
        _wanted = scores;
        _usage = new UsageMeter(recipe);
        _rubric = new JudgeRubric(prompts);
        var endpoint = new ModelEndpoint(client, recipe, Section, prompts.Reminder, _usage, timing);
        _calls = new EndpointCalls(recipe, new AnswerCache(recipe.Cache ?? cacheFolder), endpoint, _usage);
        _judge = new PairJudge(_rubric, _calls, scores);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>What judging has taken so far.</summary>
    public EndpointUsage Usage => _usage.Read();

    /// <summary>Foresees what scoring would take, without asking anything.</summary>
    /// <param name="pairs">All pairs, of all systems: what they share is asked once.</param>
    public JudgeEstimate Estimate(IEnumerable<DescriptionPair> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return new JudgeEstimator(_rubric, _calls, _recipe, _wanted).Run(pairs);
    }

    /// <inheritdoc/>
    /// <exception cref="InputException">No call can succeed, so it stopped: the key is refused, the model unknown, the
    /// credit used up, or the endpoint out of reach from the start. Or the cache cannot be written.</exception>
    public async IAsyncEnumerable<PairScore> ScoreAsync(
        IReadOnlyList<DescriptionPair> pairs, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var scores = Channel.CreateUnbounded<PairScore>(new() { SingleReader = true });
        var work = ScoreAllAsync(pairs, scores.Writer, stop.Token);
        try
        {
            // Without the token: what is scored when it stops still comes out, and then the reason for the stop.
            await foreach (var score in scores.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
                yield return score;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(false);
        }
    }

    private static JudgeRecipe Fit(JudgeRecipe recipe, IChatClient client)
    {
        var name = client.GetService<ChatClientMetadata>()?.DefaultModelId;
        return client.GetService<LlamaChatClient>() is null
            ? recipe with { Model = recipe.Model ?? name ?? throw EndpointClients.NoModel(Section) }
            : recipe with
            {
                Model = name,
                Parallel = 1,
                RequestsPerMinute = 0,
                TimeoutSeconds = EndpointRecipe.LongestTimeoutSeconds,
            };
    }

    /// <summary>Scores all pairs; errors go to the reader.</summary>
    private async Task ScoreAllAsync(
        IReadOnlyList<DescriptionPair> pairs, ChannelWriter<PairScore> scores, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = _recipe.Parallel,
            CancellationToken = cancellationToken,
        };
        try
        {
            await Parallel.ForEachAsync(pairs, options, async (pair, token) =>
                scores.TryWrite(await _judge.ScoreAsync(pair, token).ConfigureAwait(false))).ConfigureAwait(false);
            scores.Complete();
        }
        catch (Exception error)
        {
            scores.Complete(error);
        }
    }
}
