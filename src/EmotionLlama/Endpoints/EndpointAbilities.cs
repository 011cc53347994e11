using Microsoft.Extensions.AI;

namespace EmotionLlama.Endpoints;

/// <summary>What an endpoint takes. All is assumed of it, until it refuses a call for an option; from then on no
/// call has that option.</summary>
internal sealed class EndpointAbilities
{
    /// <summary>The temperature of all calls, where it can be set.</summary>
    public const float Temperature = 0;

    /// <summary>The seed of all calls, where it can be set.</summary>
    public const long Seed = 0;

    private volatile bool _schemas = true;
    private volatile bool _temperature = true;
    private volatile bool _seed = true;

    /// <summary>The options of a call.</summary>
    public ChatOptions OptionsFor<T>(string model, AnswerFormat<T> format) => new()
    {
        ModelId = model,
        Temperature = _temperature ? Temperature : null,
        Seed = _seed ? Seed : null,
        ResponseFormat = _schemas && format.Schema is { } schema
            ? ChatResponseFormat.ForJsonSchema(schema, format.Name)
            : null,
        AdditionalProperties = _schemas && format.Schema is not null ? new() { ["strict"] = true } : null,
    };

    /// <summary>Whether a call was refused for one of its options, which no later call has.</summary>
    public bool Refuses(ChatOptions options, Exception error)
    {
        if (error is not NotSupportedException && EndpointErrors.StatusOf(error) is not (400 or 422 or 501))
            return false;

        var detail = EndpointErrors.DetailOf(error);
        if (options.ResponseFormat is not null && Says("response_format", "json_schema", "schema", "structured"))
        {
            _schemas = false;
            return true;
        }

        if (options.Temperature is not null && Says("temperature"))
        {
            _temperature = false;
            return true;
        }

        if (options.Seed is not null && Says("seed"))
        {
            _seed = false;
            return true;
        }

        return false;

        bool Says(params ReadOnlySpan<string> words)
        {
            foreach (var word in words)
            {
                if (detail.Contains(word, StringComparison.OrdinalIgnoreCase))
                    return true;
            }

            return false;
        }
    }
}
