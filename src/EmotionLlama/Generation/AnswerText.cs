using EmotionLlama.Tokenization;

namespace EmotionLlama.Generation;

/// <summary>The text of answers.</summary>
internal static class AnswerText
{
    /// <summary>The text of an answer's ids. Ids beyond the tokenizer's, which a padded vocabulary has, have none.
    /// </summary>
    public static string Decode(LlamaTextTokenizer tokenizer, IEnumerable<int> ids) =>
        Clean(tokenizer.Decode(ids.Where(id => id < tokenizer.VocabularySize)));

    /// <summary>Takes off what the model may have spelled around its answer: all from <c>&lt;/s&gt;</c> on,
    /// <c>&lt;s&gt;</c>, all up to the last <c>[/INST]</c>, and white space at both ends.</summary>
    public static string Clean(string text) =>
        text.Split("</s>")[0].Replace("<s>", "", StringComparison.Ordinal).Split("[/INST]")[^1].Trim();
}
