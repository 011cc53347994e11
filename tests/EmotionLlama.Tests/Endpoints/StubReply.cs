using System.Net;
using System.Text.Json;

namespace EmotionLlama.Tests.Endpoints;

/// <summary>What a stub endpoint does with a call.</summary>
internal sealed record StubReply
{
    public HttpStatusCode Status { get; init; } = HttpStatusCode.OK;

    public string Body { get; init; } = "";

    public string? RetryAfter { get; init; }

    /// <summary>What must happen before it replies.</summary>
    public Task After { get; init; } = Task.CompletedTask;

    /// <summary>Closes the connection instead of replying.</summary>
    public bool HangsUp { get; init; }

    /// <summary>A chat completion with this text.</summary>
    public static StubReply Says(string text, string finishReason = "stop") => new()
    {
        Body = JsonSerializer.Serialize(new
        {
            id = "chat-1",
            @object = "chat.completion",
            created = 1,
            model = "stub",
            choices = new[]
            {
                new { index = 0, message = new { role = "assistant", content = text }, finish_reason = finishReason },
            },
            usage = new { prompt_tokens = 100, completion_tokens = 10, total_tokens = 110 },
        }),
    };

    /// <summary>An error as OpenAI words it.</summary>
    public static StubReply Fails(int status, string message, string code = "") => new()
    {
        Status = (HttpStatusCode)status,
        Body = JsonSerializer.Serialize(new { error = new { message, type = "error", code } }),
    };
}
