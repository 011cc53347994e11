using System.Text.Json;

namespace EmotionLlama.Endpoints;

/// <summary>How a model is to answer a question.</summary>
/// <typeparam name="T">What the answer is.</typeparam>
/// <param name="Name">Its name.</param>
/// <param name="Schema">The JSON schema, for endpoints that hold their models to one; null leaves the answer
/// free text.</param>
/// <param name="TypicalTokens">Tokens of a usual answer, for estimates.</param>
/// <param name="Read">Reads an answer, or throws <see cref="UnreadableAnswerException"/>.</param>
internal sealed record AnswerFormat<T>(string Name, JsonElement? Schema, int TypicalTokens, Func<string, T> Read);
