using System.Text;
using EmotionLlama.Tokenization;
using Microsoft.Extensions.AI;

namespace EmotionLlama.Generation;

/// <summary>Lays a chat out as Llama 2 was trained on it: each question and its answer between begin and end symbol,
/// the question in <c>[INST]</c>, the system's text in <c>&lt;&lt;SYS&gt;&gt;</c> before the first one.</summary>
internal static class LlamaChatPrompt
{
    private static readonly string[] Symbols = ["<s>", "</s>", "<unk>"];

    /// <summary>The ids of a chat that awaits an answer.</summary>
    /// <exception cref="InputException">The chat has something else than text, or its last word is not the user's.
    /// </exception>
    public static List<int> Encode(
        LlamaTextTokenizer tokenizer, IEnumerable<ChatMessage> messages, string? instructions)
    {
        var system = new StringBuilder(instructions);
        var question = new StringBuilder();
        var ids = new List<int>();
        foreach (var message in messages)
        {
            var text = TextOf(message);
            if (message.Role == ChatRole.System)
            {
                Append(system, text);
            }
            else if (message.Role == ChatRole.User)
            {
                Append(question, text);
            }
            else if (message.Role == ChatRole.Assistant)
            {
                ids.AddRange([tokenizer.BeginId, .. tokenizer.Encode($"{Turn()} {text} "), tokenizer.EndId]);
                question.Clear();
            }
            else
            {
                throw new InputException($"a chat with a message of the role '{message.Role}' cannot be answered; "
                    + "this model knows system, user and assistant");
            }
        }

        if (question.Length == 0)
            throw new InputException("a chat must end with a message of the user to be answered");

        return [.. ids, tokenizer.BeginId, .. tokenizer.Encode(Turn())];

        string Turn()
        {
            var before = system.Length > 0 ? $"<<SYS>>\n{system}\n<</SYS>>\n\n" : "";
            system.Clear();
            return $"[INST] {before}{question} [/INST]";
        }
    }

    private static void Append(StringBuilder to, string text) =>
        to.Append(to.Length > 0 && text.Length > 0 ? "\n\n" : "").Append(text);

    private static string TextOf(ChatMessage message)
    {
        var other = message.Contents.FirstOrDefault(content => content is not (TextContent or TextReasoningContent));
        if (other is not null)
            throw new InputException($"this model chats about text only, and a message has {other.GetType().Name}");

        // The tokenizer would take the symbols for the real ones.
        var text = message.Text;
        foreach (var symbol in Symbols)
            text = text.Replace(symbol, "", StringComparison.Ordinal);

        return text.Trim();
    }
}
