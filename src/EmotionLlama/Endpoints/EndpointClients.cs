using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Net.Sockets;
using EmotionLlama.Configuration;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace EmotionLlama.Endpoints;

/// <summary>Makes clients of OpenAI-compatible endpoints.</summary>
public static class EndpointClients
{
    private const string BaseUrlVariable = "OPENAI_BASE_URL";
    private const string OpenAI = "https://api.openai.com/v1";

    private static readonly string[] LocalSuffixes = [".local", ".lan", ".internal", ".home.arpa"];

    /// <summary>Makes a client of a recipe's endpoint. It makes no call yet.</summary>
    /// <param name="recipe">Names endpoint, model and the key's variable.</param>
    /// <param name="section">The recipe's section, for messages: <c>judge</c>.</param>
    /// <returns>A client that tries each call once, without a time limit of its own: who asks sees to
    /// both.</returns>
    /// <exception cref="InputException">No model is named, the address is no address, or there is no key for an
    /// endpoint that is not local.</exception>
    public static IChatClient Create(EndpointRecipe recipe, string section) =>
        Create(recipe, section, Environment.GetEnvironmentVariable);

    internal static IChatClient Create(
        EndpointRecipe recipe, string section, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (string.IsNullOrWhiteSpace(recipe.Model))
            throw NoModel(section);

        var endpoint = Endpoint(recipe, section, environment);
        var key = environment(recipe.ApiKeyEnv)?.Trim();
        if (string.IsNullOrEmpty(key))
        {
            key = IsLocal(endpoint)
                ? "none"
                : throw new InputException($"{section}: {endpoint} needs a key; put it into the environment variable "
                    + $"{recipe.ApiKeyEnv}, or name another variable with {section}.api_key_env");
        }

        var options = new OpenAIClientOptions
        {
            Endpoint = endpoint,
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        };
        return new ChatClient(recipe.Model, new ApiKeyCredential(key), options).AsIChatClient();
    }

    /// <summary>What to say where a section names no model.</summary>
    internal static InputException NoModel(string section) =>
        new($"{section}: no model is named; name it with {section}.model");

    private static Uri Endpoint(EndpointRecipe recipe, string section, Func<string, string?> environment)
    {
        var (source, text) = recipe.BaseUrl is { } url
            ? ($"{section}.base_url", url)
            : environment(BaseUrlVariable) is { Length: > 0 } variable ? (BaseUrlVariable, variable) : ("", OpenAI);
        return Uri.TryCreate(text.Trim(), UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"
            ? endpoint
            : throw new InputException(
                $"{source}: '{text}' is no address; expected one such as http://localhost:8000/v1");
    }

    /// <summary>Whether an endpoint is on this machine or its network, where servers often want no key.</summary>
    private static bool IsLocal(Uri endpoint)
    {
        if (endpoint.IsLoopback)
            return true;
        if (IPAddress.TryParse(endpoint.DnsSafeHost, out var address))
        {
            return address.AddressFamily == AddressFamily.InterNetwork
                ? address.GetAddressBytes() is [10, ..] or [192, 168, ..] or [172, >= 16 and < 32, ..] or [169, 254, ..]
                : address.IsIPv6UniqueLocal || address.IsIPv6LinkLocal;
        }

        return !endpoint.DnsSafeHost.Contains('.')
            || LocalSuffixes.Any(suffix => endpoint.DnsSafeHost.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
    }
}
