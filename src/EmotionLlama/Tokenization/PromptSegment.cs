namespace EmotionLlama.Tokenization;

/// <summary>A stretch of a tokenized sample that is of one kind.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text; for inserted embeddings their number, such as <c>256 embeddings</c>.</param>
/// <param name="Tokens">How many tokens or embeddings it has.</param>
public sealed record PromptSegment(PromptSegmentKind Kind, string Text, int Tokens)
{
    /// <summary>Splits a sample where its kind of token changes.</summary>
    /// <param name="tokenizer">Decodes the tokens.</param>
    /// <param name="sample">Prompt and answer.</param>
    public static IReadOnlyList<PromptSegment> Of(LlamaTextTokenizer tokenizer, TokenizedSample sample)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(sample);
        var segments = new List<PromptSegment>();
        for (var start = 0; start < sample.Prompt.Count;)
        {
            var inserted = sample.Prompt[start] == TokenizedSample.Inserted;
            var count = sample.Prompt.Skip(start).TakeWhile(id => (id == TokenizedSample.Inserted) == inserted).Count();
            segments.Add(inserted
                ? new PromptSegment(PromptSegmentKind.Inserted, $"{count} embeddings", count)
                : new PromptSegment(
                    PromptSegmentKind.Prompt, tokenizer.Decode(sample.Prompt.Skip(start).Take(count)), count));
            start += count;
        }

        if (sample.Answer.Count > 0)
        {
            segments.Add(new PromptSegment(
                PromptSegmentKind.Learned, tokenizer.Decode(sample.Answer), sample.Answer.Count));
        }

        return segments;
    }
}
