using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmotionLlama.Verification;

/// <summary>What <c>expected.json</c> says about the answers to one sample.</summary>
internal sealed record ExpectedAnswers
{
    /// <summary>Tokens of the prompt, the beginning-of-sequence token and all inserted embeddings included.</summary>
    public required int PromptLen { get; init; }

    /// <summary>The likeliest first tokens: pairs of id and logit.</summary>
    [JsonPropertyName("first_logits_top5")]
    public IReadOnlyList<double[]> FirstLogits { get; init; } = [];

    /// <summary>Everything else: lists of ids by the name of how they were chosen.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Others { get; init; } = [];

    /// <summary>The ways in which answers were chosen.</summary>
    [JsonIgnore]
    public IEnumerable<string> Searches =>
        Others.Where(other => other.Value.ValueKind == JsonValueKind.Array).Select(other => other.Key);

    /// <summary>The token ids of an answer.</summary>
    public int[] Ids(string search) => Others.TryGetValue(search, out var ids)
        ? [.. ids.EnumerateArray().Select(id => id.GetInt32())]
        : throw new InputException($"expected.json: a sample has no answer '{search}'");
}
