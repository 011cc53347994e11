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

    /// <summary>The picture that the first message shows; null without one.</summary>
    public byte[]? Picture => Part("image_url") is { } part
        ? Convert.FromBase64String(part.GetProperty("url").GetString()!.Split("base64,")[1])
        : null;

    /// <summary>The sound that the first message plays; null without one.</summary>
    public byte[]? Sound => Part("input_audio") is { } part
        ? Convert.FromBase64String(part.GetProperty("data").GetString()!)
        : null;

    /// <summary>The model that is asked.</summary>
    public string Model => Body.GetProperty("model").GetString()!;

    public bool HasSchema => Body.TryGetProperty("response_format", out _);

    /// <summary>Whether it asks for clue overlap, the first kind of call about a pair.</summary>
    public bool IsAboutClues => Prompt.Contains("\"truth_clues\"", StringComparison.Ordinal);

    public bool AsksForEmotions => Prompt.Contains("\"emotions\"", StringComparison.Ordinal);

    private JsonElement? Part(string kind)
    {
        var content = Body.GetProperty("messages")[0].GetProperty("content");
        return content.ValueKind == JsonValueKind.Array
            && content.EnumerateArray().FirstOrDefault(part => part.GetProperty("type").GetString() == kind)
                is { ValueKind: JsonValueKind.Object } found
            ? found.GetProperty(kind)
            : null;
    }
}
