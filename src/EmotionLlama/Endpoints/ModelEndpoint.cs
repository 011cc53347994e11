using EmotionLlama.Configuration;
using Microsoft.Extensions.AI;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace EmotionLlama.Endpoints;

/// <summary>The way to a model: paced, a few calls at once, each with its time limit, tried again where that can help.
/// A call that waits for its next try holds nobody up.</summary>
internal sealed class ModelEndpoint
{
    private const int LongestQuote = 2000;

    private readonly IChatClient _client;
    private readonly EndpointRecipe _recipe;
    private readonly string _section;
    private readonly PromptTemplate _reminder;
    private readonly UsageMeter _usage;
    private readonly CallPacer _pacer;
    private readonly EndpointErrors _errors;
    private readonly EndpointAbilities _abilities = new();
    private readonly ResiliencePipeline _tries;
    private readonly ResiliencePipeline _limit;
    private volatile bool _everReached;

    public ModelEndpoint(
        IChatClient client,
        EndpointRecipe recipe,
        string section,
        PromptTemplate reminder,
        UsageMeter usage,
        RetryTiming timing)
    {
        _client = client;
        _recipe = recipe;
        _section = section;
        _reminder = reminder;
        _usage = usage;
        _pacer = new CallPacer(recipe.RequestsPerMinute, timing.Time);
        Name = client.GetService<ChatClientMetadata>()?.ProviderUri?.ToString();
        _errors = new EndpointErrors(recipe, section, Name ?? "the model", timing.Time);
        _tries = Tries(recipe, timing);
        _limit = new ResiliencePipelineBuilder { TimeProvider = timing.Time }
            .AddTimeout(new TimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(recipe.TimeoutSeconds) })
            .Build();
    }

    /// <summary>Where the model is; null where the client does not say.</summary>
    public string? Name { get; }

    /// <summary>Asks until an answer can be read, or no try is left.</summary>
    /// <exception cref="EndpointException">The call failed for good.</exception>
    /// <exception cref="UnreadableAnswerException">No try gave an answer that can be read.</exception>
    public async Task<ChatResponse> AskAsync<T>(Question<T> question, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAsync(question, cancellationToken).ConfigureAwait(false);
        }
        catch (EndpointException error) when (error.Unreachable && !_everReached)
        {
            // It never was in reach, so going on would only fail call by call.
            throw new EndpointException(
                $"{_section}: {error.Message}; check {_section}.base_url, and that the server runs",
                CallProblem.Fatal,
                error);
        }
    }

    private async Task<ChatResponse> TryAsync<T>(Question<T> question, CancellationToken cancellationToken)
    {
        List<ChatMessage> asked = [question.ToMessage()];
        var messages = asked;
        return await _tries.ExecuteAsync(
            async token =>
            {
                var response = await CallAsync(messages, question.Format, token).ConfigureAwait(false);
                try
                {
                    Check(response, question.Format);
                    return response;
                }
                catch (UnreadableAnswerException error)
                {
                    // At temperature 0 the same question would get the same answer again.
                    messages = [.. asked, .. Reminder(response.Text, error.Message)];
                    throw;
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static ResiliencePipeline Tries(EndpointRecipe recipe, RetryTiming timing)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = timing.Time };
        if (recipe.MaxRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = recipe.MaxRetries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = timing.First,
                MaxDelay = timing.Longest,
                ShouldHandle = new PredicateBuilder()
                    .Handle<EndpointException>(error => error.Problem == CallProblem.Passing)
                    .Handle<UnreadableAnswerException>(),
                DelayGenerator = static failed =>
                    ValueTask.FromResult((failed.Outcome.Exception as EndpointException)?.RetryAfter),
            });
        }

        return builder.AddConcurrencyLimiter(recipe.Parallel, queueLimit: int.MaxValue).Build();
    }

    private async Task<ChatResponse> CallAsync<T>(
        List<ChatMessage> messages, AnswerFormat<T> format, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _pacer.WaitAsync(cancellationToken).ConfigureAwait(false);
            var options = _abilities.OptionsFor(_recipe.Model ?? "", format);
            _usage.CountCall();
            try
            {
                var response = await _limit.ExecuteAsync(
                    async token => await _client.GetResponseAsync(messages, options, token).ConfigureAwait(false),
                    cancellationToken).ConfigureAwait(false);
                _everReached = true;
                _usage.CountTokens(response.Usage);
                return response;
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                if (_abilities.Refuses(options, error))
                    continue;

                var failure = _errors.Translate(error);
                _everReached |= !failure.Unreachable;
                throw failure;
            }
        }
    }

    private static void Check<T>(ChatResponse response, AnswerFormat<T> format)
    {
        if (response.FinishReason == ChatFinishReason.ContentFilter)
            throw new EndpointException("the endpoint's content filter withheld the answer", CallProblem.Lasting);
        if (response.FinishReason == ChatFinishReason.Length)
            throw new UnreadableAnswerException("it is too long and was cut off");
        if (string.IsNullOrWhiteSpace(response.Text))
            throw new UnreadableAnswerException("it is empty");

        format.Read(response.Text);
    }

    private IEnumerable<ChatMessage> Reminder(string answer, string problem)
    {
        // Some endpoints refuse an empty message.
        if (string.IsNullOrWhiteSpace(answer))
            return [];

        return
        [
            new(ChatRole.Assistant, answer[..Math.Min(answer.Length, LongestQuote)]),
            new(ChatRole.User, _reminder.Fill(("problem", problem))),
        ];
    }
}
