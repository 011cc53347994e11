using System.ComponentModel.DataAnnotations;

namespace EmotionLlama.Configuration;

/// <summary>A model at an OpenAI-compatible endpoint, and how it may be asked.</summary>
public record EndpointRecipe
{
    internal const int LongestTimeoutSeconds = 86_400;

    /// <summary>Where an OpenAI-compatible endpoint is, such as <c>http://localhost:8000/v1</c>; null takes the
    /// environment variable <c>OPENAI_BASE_URL</c>, and OpenAI's own without it.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>The model's name there; null has no such model.</summary>
    public string? Model { get; init; }

    /// <summary>The environment variable that holds the key, which is written nowhere. A local endpoint may need
    /// none.</summary>
    public string ApiKeyEnv { get; init; } = "OPENAI_API_KEY";

    /// <summary>Calls under way at once.</summary>
    [Range(1, 1000)]
    public int Parallel { get; init; } = 4;

    /// <summary>Most calls started in a minute; 0 is no limit.</summary>
    [Range(0, int.MaxValue)]
    public int RequestsPerMinute { get; init; }

    /// <summary>Tries after a call that failed or gave no usable answer.</summary>
    [Range(0, 100)]
    public int MaxRetries { get; init; } = 5;

    /// <summary>Seconds a call may take.</summary>
    [Range(1, LongestTimeoutSeconds)]
    public int TimeoutSeconds { get; init; } = 120;

    /// <summary>Price of a million prompt tokens, for the estimate.</summary>
    [Range(0.0, double.MaxValue)]
    public double PricePerMillionInput { get; init; }

    /// <summary>Price of a million answer tokens, for the estimate.</summary>
    [Range(0.0, double.MaxValue)]
    public double PricePerMillionOutput { get; init; }
}
