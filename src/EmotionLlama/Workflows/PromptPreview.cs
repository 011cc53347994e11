using EmotionLlama.Tokenization;

namespace EmotionLlama.Workflows;

/// <summary>A sample as the model would see it.</summary>
/// <param name="Clip">The clip's name.</param>
/// <param name="Task">The task that was drawn.</param>
/// <param name="Tokens">Tokens of prompt and answer.</param>
/// <param name="Truncated">Whether the answer is cut.</param>
/// <param name="Segments">What is prompt, what is inserted, what is learned.</param>
public sealed record PromptPreview(
    string Clip, string Task, int Tokens, bool Truncated, IReadOnlyList<PromptSegment> Segments);
