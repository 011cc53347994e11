using Microsoft.Extensions.AI;

namespace EmotionLlama.Endpoints;

/// <summary>One thing that a model is asked.</summary>
/// <typeparam name="T">What the answer is.</typeparam>
/// <param name="Text">The prompt.</param>
/// <param name="Format">How it is to answer.</param>
/// <param name="Attachment">A picture or a sound that the prompt is about.</param>
internal sealed record Question<T>(string Text, AnswerFormat<T> Format, Attachment? Attachment = null)
{
    /// <summary>The question as a message: the prompt, then what it is about.</summary>
    public ChatMessage ToMessage() => Attachment is null
        ? new ChatMessage(ChatRole.User, Text)
        : new ChatMessage(
            ChatRole.User, [new TextContent(Text), new DataContent(Attachment.Bytes, Attachment.MediaType)]);
}
