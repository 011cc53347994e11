using EmotionLlama.Configuration;
using Microsoft.Extensions.AI;

namespace EmotionLlama.Endpoints;

/// <summary>Sums up what calls take. Safe to use from several threads at once.</summary>
/// <param name="recipe">The prices.</param>
internal sealed class UsageMeter(EndpointRecipe recipe)
{
    private const double Million = 1e6;

    private readonly Lock _lock = new();
    private int _calls;
    private int _cached;
    private int _uncounted;
    private long _promptTokens;
    private long _answerTokens;

    /// <summary>The price of tokens.</summary>
    public static double Price(EndpointRecipe recipe, long promptTokens, long answerTokens) =>
        ((promptTokens * recipe.PricePerMillionInput) + (answerTokens * recipe.PricePerMillionOutput)) / Million;

    /// <summary>A call begins.</summary>
    public void CountCall() => Interlocked.Increment(ref _calls);

    /// <summary>An answer was in the cache.</summary>
    public void CountCached() => Interlocked.Increment(ref _cached);

    /// <summary>An answer came.</summary>
    public void CountTokens(UsageDetails? usage)
    {
        lock (_lock)
        {
            if (usage?.InputTokenCount is null && usage?.OutputTokenCount is null)
                _uncounted++;

            _promptTokens += usage?.InputTokenCount ?? 0;
            _answerTokens += usage?.OutputTokenCount ?? 0;
        }
    }

    /// <summary>The sums so far.</summary>
    public EndpointUsage Read()
    {
        lock (_lock)
        {
            return new EndpointUsage
            {
                Calls = Volatile.Read(ref _calls),
                Cached = Volatile.Read(ref _cached),
                PromptTokens = _promptTokens,
                AnswerTokens = _answerTokens,
                CallsWithoutCount = _uncounted,
                Cost = Price(recipe, _promptTokens, _answerTokens),
            };
        }
    }
}
