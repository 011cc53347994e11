using System.Collections.Concurrent;
using System.Globalization;
using EmotionLlama.Configuration;

namespace EmotionLlama.Endpoints;

/// <summary>Asks a model each question once: answers come from the cache where it has them, and a question that is
/// already under way is waited for. An answer is in the cache before it is given out; one that cannot be read never
/// gets there.</summary>
internal sealed class EndpointCalls
{
    private readonly EndpointRecipe _recipe;
    private readonly AnswerCache _cache;
    private readonly ModelEndpoint _endpoint;
    private readonly UsageMeter _usage;
    private readonly ConcurrentDictionary<string, Task<string>> _underWay = new(StringComparer.Ordinal);

    public EndpointCalls(EndpointRecipe recipe, AnswerCache cache, ModelEndpoint endpoint, UsageMeter usage)
    {
        _recipe = recipe;
        _cache = cache;
        _endpoint = endpoint;
        _usage = usage;
    }

    /// <summary>What names a question in the cache.</summary>
    public string KeyOf<T>(Question<T> question) => AnswerCache.Key(
    [
        _recipe.Model ?? "",
        question.Format.Name,
        question.Format.Schema?.GetRawText() ?? "",
        EndpointAbilities.Temperature.ToString(CultureInfo.InvariantCulture),
        EndpointAbilities.Seed.ToString(CultureInfo.InvariantCulture),
        question.Text,
        .. question.Attachment is { } attachment ? [attachment.ContentKey] : Array.Empty<string>(),
    ]);

    /// <summary>Looks an answer up without asking.</summary>
    /// <returns>Whether the cache has a readable one.</returns>
    public bool TryRecall<T>(Question<T> question, out T answer) =>
        TryRead(KeyOf(question), question.Format, out _, out answer);

    /// <summary>What is kept of a question's answer; null where there is none.</summary>
    public CachedAnswer? Find<T>(Question<T> question) => _cache.Find(KeyOf(question));

    /// <summary>Asks, if need be.</summary>
    /// <exception cref="EndpointException">The call failed for good.</exception>
    /// <exception cref="UnreadableAnswerException">No try gave an answer that can be read.</exception>
    /// <exception cref="InputException">The cache cannot be written.</exception>
    public async Task<T> AskAsync<T>(Question<T> question, CancellationToken cancellationToken)
    {
        var key = KeyOf(question);
        while (true)
        {
            var mine = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            var first = _underWay.GetOrAdd(key, mine.Task);
            if (first == mine.Task)
                return question.Format.Read(await AnswerAsync(question, key, mine, cancellationToken)
                    .ConfigureAwait(false));

            try
            {
                return question.Format.Read(await first.WaitAsync(cancellationToken).ConfigureAwait(false));
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Whoever asked first was stopped; this one was not, so it asks.
            }
        }
    }

    private async Task<string> AnswerAsync<T>(
        Question<T> question,
        string key,
        TaskCompletionSource<string> promise,
        CancellationToken cancellationToken)
    {
        try
        {
            if (TryRead(key, question.Format, out var text, out _))
            {
                _usage.CountCached();
            }
            else
            {
                var response = await _endpoint.AskAsync(question, cancellationToken).ConfigureAwait(false);
                text = response.Text;
                _cache.Keep(key, new CachedAnswer
                {
                    Model = _recipe.Model ?? "",
                    Endpoint = _endpoint.Name,
                    Question = question.Text,
                    Answer = text,
                    InputTokens = response.Usage?.InputTokenCount,
                    OutputTokens = response.Usage?.OutputTokenCount,
                });
            }

            promise.SetResult(text);
            return text;
        }
        catch (OperationCanceledException)
        {
            promise.SetCanceled(CancellationToken.None);
            throw;
        }
        catch (Exception error)
        {
            promise.SetException(error);

            // Looked at, so that an error for which nobody waits is not reported as lost.
            _ = promise.Task.Exception;
            throw;
        }
        finally
        {
            _underWay.TryRemove(key, out _);
        }
    }

    private bool TryRead<T>(string key, AnswerFormat<T> format, out string text, out T answer)
    {
        (text, answer) = ("", default!);
        if (_cache.Find(key) is not { } cached)
            return false;

        try
        {
            (text, answer) = (cached.Answer, format.Read(cached.Answer));
            return true;
        }
        catch (UnreadableAnswerException)
        {
            return false;
        }
    }
}
