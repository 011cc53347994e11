using System.Globalization;
using EmotionLlama.Configuration;
using EmotionLlama.Endpoints;
using Microsoft.Extensions.AI;

namespace EmotionLlama.Construction;

/// <summary>The model of one stage. Every answer is kept before it is used, so that none is asked for twice.</summary>
internal sealed class StageModel : IDisposable
{
    private readonly IChatClient _client;
    private readonly EndpointCalls _calls;
    private readonly UsageMeter _usage;

    public StageModel(
        Stage stage, string section, EndpointRecipe recipe, IChatClient client, string cacheFolder, RetryTiming timing)
    {
        _client = client;
        _usage = new UsageMeter(recipe);
        (Stage, Recipe) = (stage, recipe);
        var endpoint = new ModelEndpoint(
            client, recipe, section, ConstructionPrompts.Reminder, _usage, timing);
        _calls = new EndpointCalls(recipe, new AnswerCache(cacheFolder), endpoint, _usage);
    }

    /// <summary>Which stage.</summary>
    public Stage Stage { get; }

    /// <summary>How it is asked.</summary>
    public EndpointRecipe Recipe { get; }

    /// <summary>What this run has taken so far.</summary>
    public EndpointUsage Usage => _usage.Read();

    /// <summary>Asks, unless the answer is kept.</summary>
    /// <returns>The answer, and what it took when it was asked for.</returns>
    /// <exception cref="ClipFailure">There is no usable answer.</exception>
    /// <exception cref="InputException">No call can succeed, or the answer cannot be kept.</exception>
    public async Task<(T Answer, KeptAnswer Kept)> AskAsync<T>(
        Question<T> question, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _calls.AskAsync(question, cancellationToken).ConfigureAwait(false);
            var kept = _calls.Find(question);
            return (answer, new KeptAnswer(Stage, _calls.KeyOf(question), kept?.InputTokens, kept?.OutputTokens));
        }
        catch (EndpointException error) when (error.Problem == CallProblem.Fatal)
        {
            throw new InputException(error.Message, error);
        }
        catch (EndpointException error)
        {
            throw new ClipFailure($"{Name}: {error.Message}");
        }
        catch (UnreadableAnswerException error)
        {
            throw new ClipFailure($"{Name}: the answer cannot be used: {error.Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private string Name => Stage.ToString().ToLower(CultureInfo.InvariantCulture) + " model";
}
