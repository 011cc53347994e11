using EmotionLlama.Configuration;

namespace EmotionLlama.Tokenization;

/// <summary>
/// Builds prompts, the same way for training and for generation: the chat template around the instruction, one
/// beginning-of-sequence token, and places for inserted embeddings at <c>&lt;VideoHere&gt;</c> and
/// <c>&lt;FeatureHere&gt;</c>. The text between those places is tokenized piece by piece.
/// </summary>
/// <param name="tokenizer">Llama's tokenizer.</param>
/// <param name="settings">Template, limits and numbers of inserted embeddings.</param>
public sealed class PromptBuilder(LlamaTextTokenizer tokenizer, PromptSettings settings)
{
    private const string ImageMark = "<VideoHere>";
    private const string FeatureMark = "<FeatureHere>";

    /// <summary>Llama's tokenizer.</summary>
    public LlamaTextTokenizer Tokenizer => tokenizer;

    /// <summary>Template, limits and numbers of inserted embeddings.</summary>
    public PromptSettings Settings => settings;

    /// <summary>Tokenizes an instruction with the answer to learn.</summary>
    /// <param name="instruction">The instruction with its marks.</param>
    /// <param name="answer">The answer, without end symbol.</param>
    /// <exception cref="InputException">The prompt is too long, or its marks are not as they should be.</exception>
    public TokenizedSample ForTraining(string instruction, string answer)
    {
        var ids = tokenizer.Encode(answer + settings.EndSymbol);
        var truncated = ids.Length > settings.MaxAnswerTokens;
        return new TokenizedSample
        {
            Prompt = Prompt(instruction, settings.UseTemplate),
            Answer = truncated ? ids[..settings.MaxAnswerTokens] : ids,
            Truncated = truncated,
        };
    }

    /// <summary>Tokenizes an instruction that the model is to answer.</summary>
    /// <param name="instruction">The instruction with its marks.</param>
    /// <exception cref="InputException">The prompt is too long, or its marks are not as they should be.</exception>
    public TokenizedSample ForGeneration(string instruction) => new()
    {
        Prompt = settings.Style == PromptStyle.Original
            ? OriginalPrompt(instruction)
            : Prompt(instruction, settings.UseTemplate),
    };

    private List<int> Prompt(string instruction, bool useTemplate)
    {
        var text = useTemplate ? Apply(instruction) : instruction;
        var (before, between) = SplitOnce(text, ImageMark);
        var (middle, after) = SplitOnce(between, FeatureMark);

        List<int> ids = [tokenizer.BeginId];
        ids.AddRange(tokenizer.Encode(before));
        ids.AddRange(Enumerable.Repeat(TokenizedSample.Inserted, settings.ImageTokens));
        ids.AddRange(tokenizer.Encode(middle));
        ids.AddRange(Enumerable.Repeat(TokenizedSample.Inserted, settings.FeatureTokens));
        ids.AddRange(tokenizer.Encode(after));
        return CheckLength(ids);
    }

    private List<int> OriginalPrompt(string instruction)
    {
        var (before, after) = SplitOnce(Apply(instruction), ImageMark);
        List<int> ids = [tokenizer.BeginId, tokenizer.BeginId];
        ids.AddRange(tokenizer.Encode(before));
        ids.AddRange(Enumerable.Repeat(
            TokenizedSample.Inserted, settings.ImageTokens + settings.FeatureTokens));
        ids.AddRange(tokenizer.Encode(after));
        return CheckLength(ids);
    }

    private string Apply(string instruction) =>
        settings.Template.Replace("{}", instruction, StringComparison.Ordinal);

    private List<int> CheckLength(List<int> ids) => ids.Count <= settings.MaxPromptTokens
        ? ids
        : throw new InputException($"a prompt of {ids.Count} tokens is longer than max_context_len "
            + $"({settings.MaxPromptTokens}); shorten the instruction or the transcript");

    private static (string Before, string After) SplitOnce(string text, string mark)
    {
        var parts = text.Split(mark);
        return parts.Length == 2
            ? (parts[0], parts[1])
            : throw new InputException($"an instruction holds {mark} {parts.Length - 1} times, expected once: "
                + $"'{text[..Math.Min(text.Length, 80)]}'");
    }
}
