using System.Text.Json;

namespace EmotionLlama.Tests.Endpoints;

/// <summary>A call that a stub endpoint got.</summary>
/// <param name="Number">How many calls there were before it.</param>
/// <param name="Body">The request.</param>
internal sealed record StubCall(int Number, JsonElement Body)
{
    /// <summary>The first message.</summary>
    public string Prompt => Body.GetProperty("messages")[0].GetProperty("content") switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        var parts => parts[0].GetProperty("text").GetString()!,
    };

    public bool HasSchema => Body.TryGetProperty("response_format", out _);

    /// <summary>Whether it asks for clue overlap, the first kind of call about a pair.</summary>
    public bool IsAboutClues => Prompt.Contains("\"truth_clues\"", StringComparison.Ordinal);

    public bool AsksForEmotions => Prompt.Contains("\"emotions\"", StringComparison.Ordinal);
}
