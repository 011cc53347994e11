using System.ClientModel;
using System.Globalization;
using System.Net;
using System.Text.Json;
using EmotionLlama.Configuration;
using Polly.Timeout;

namespace EmotionLlama.Endpoints;

/// <summary>Tells what an exception of a chat client means.</summary>
/// <param name="recipe">Names the model, and what a person can change.</param>
/// <param name="section">The recipe's section, for messages: <c>judge</c>.</param>
/// <param name="endpoint">Where the model is, for messages.</param>
/// <param name="time">The clock, for dates in <c>Retry-After</c>.</param>
internal sealed class EndpointErrors(EndpointRecipe recipe, string section, string endpoint, TimeProvider time)
{
    private const int LongestDetail = 200;

    // A longer wait is the end of a day's quota rather than of a minute's.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    /// <summary>The HTTP status of a failed call; null where none came.</summary>
    public static int? StatusOf(Exception error) => error switch
    {
        ClientResultException { Status: > 0 and var status } => status,
        HttpRequestException { StatusCode: { } status } => (int)status,
        _ => null,
    };

    /// <summary>What the endpoint said about a failed call.</summary>
    public static string DetailOf(Exception error)
    {
        var content = (error as ClientResultException)?.GetRawResponse()?.Content.ToString();
        return string.IsNullOrWhiteSpace(content) ? error.Message : content;
    }

    /// <summary>The failure of a call.</summary>
    public EndpointException Translate(Exception error) => error switch
    {
        EndpointException known => known,
        TimeoutRejectedException => new($"no answer within {recipe.TimeoutSeconds} s", CallProblem.Passing, error),
        InputException => new(error.Message, CallProblem.Lasting, error),
        _ when StatusOf(error) is >= 400 and var status => OfStatus(status, error),
        _ when Unreachable(error) is { } cause =>
            new($"{endpoint} cannot be reached: {Shorten(cause)}", CallProblem.Passing, error) { Unreachable = true },
        _ => new($"no usable response: {Shorten(error.Message)}", CallProblem.Passing, error),
    };

    private EndpointException OfStatus(int status, Exception error)
    {
        var body = DetailOf(error);
        var detail = $"{status}: {Shorten(MessageIn(body) ?? body)}";
        return status switch
        {
            (int)HttpStatusCode.Unauthorized or (int)HttpStatusCode.Forbidden => Fatal(
                $"{section}: {endpoint} refuses the key ({detail}); put a valid one into the environment variable "
                + $"{recipe.ApiKeyEnv}, or name another variable with {section}.api_key_env"),
            (int)HttpStatusCode.NotFound or (int)HttpStatusCode.MethodNotAllowed => UnknownModel(),
            (int)HttpStatusCode.PaymentRequired => NoCredit(),
            (int)HttpStatusCode.TooManyRequests when Says("insufficient_quota") => NoCredit(),
            (int)HttpStatusCode.TooManyRequests or >= 500 or (int)HttpStatusCode.RequestTimeout
                or (int)HttpStatusCode.Conflict or 425 => Passing(),
            _ when Says("model_not_found") => UnknownModel(),
            _ => new(detail, CallProblem.Lasting, error),
        };

        bool Says(string code) => body.Contains(code, StringComparison.OrdinalIgnoreCase);

        EndpointException Fatal(string message) => new(message, CallProblem.Fatal, error);

        EndpointException UnknownModel() => Fatal(
            $"{section}: {endpoint} does not know the model {recipe.Model}, or is no OpenAI-compatible endpoint "
            + $"({detail}); check {section}.model and {section}.base_url");

        EndpointException NoCredit() => Fatal(
            $"{section}: {endpoint} has no credit left for this key ({detail}); top it up and run again: "
            + "answers so far are kept");

        EndpointException Passing()
        {
            var wait = RetryAfter(error);
            return wait > LongestWait
                ? Fatal($"{section}: {endpoint} asks to wait {wait.Value.TotalMinutes:0} minutes ({detail}); run again "
                    + "then: answers so far are kept")
                : new(detail, CallProblem.Passing, error) { RetryAfter = wait };
        }
    }

    private TimeSpan? RetryAfter(Exception error)
    {
        var headers = (error as ClientResultException)?.GetRawResponse()?.Headers;
        if (headers is null)
            return null;

        if (headers.TryGetValue("retry-after-ms", out var text) && Number(text) is { } milliseconds)
            return TimeSpan.FromMilliseconds(milliseconds);
        if (!headers.TryGetValue("Retry-After", out text))
            return null;
        if (Number(text) is { } seconds)
            return TimeSpan.FromSeconds(seconds);

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var moment)
            ? Later(moment - time.GetUtcNow())
            : null;
    }

    private static TimeSpan Later(TimeSpan wait) => wait > TimeSpan.Zero ? wait : TimeSpan.Zero;

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
        && value <= TimeSpan.FromDays(1000).TotalSeconds
            ? value
            : null;

    /// <summary>The message of an error in OpenAI's form, <c>{"error": {"message": "…"}}</c>, or a common variant.
    /// </summary>
    private static string? MessageIn(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var error = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var inner)
                ? inner
                : root;
            if (error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message))
                error = message;

            return error.ValueKind == JsonValueKind.String ? error.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Unreachable(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpRequestException
                {
                    HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                    or HttpRequestError.SecureConnectionError
                })
            {
                return cause.Message;
            }
        }

        return null;
    }

    /// <summary>One line, not too long.</summary>
    internal static string Shorten(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestDetail ? line : line[..LongestDetail] + "…";
    }
}
