using EmotionLlama.Tokenization;

namespace EmotionLlama.Verification;

/// <summary>The tokenizer's ids and texts.</summary>
internal sealed class TokenizerChecks : ICheckFamily
{
    /// <inheritdoc/>
    public string Name => "tokenizer";

    /// <inheritdoc/>
    public IEnumerable<ReferenceCheck> ChecksOf(ReferenceFolder folder)
    {
        yield return new("tokenizer_ids", 0, () => Count(
            folder,
            (tokenizer, sample) => Compare.EqualLists(Title(sample), tokenizer.Encode(sample.Text), sample.Ids)));
        yield return new("tokenizer_decoded", 0, () => Count(
            folder, (tokenizer, sample) => Compare.Equal(Title(sample), tokenizer.Decode(sample.Ids), sample.Decoded)));
    }

    private static Deviation Count(ReferenceFolder folder, Func<LlamaTextTokenizer, Case, Deviation> compare)
    {
        var tokenizer = LlamaTextTokenizer.Open(folder.Find("tokenizer.model"));
        return Deviation.Sum(folder.ReadJson<List<Case>>("tokenizer_cases.json")
            .Select(sample => compare(tokenizer, sample)));
    }

    private static string Title(Case sample) => $"'{sample.Text[..Math.Min(sample.Text.Length, 40)]}'";

    private sealed record Case
    {
        public required string Text { get; init; }

        public required int[] Ids { get; init; }

        public required string Decoded { get; init; }
    }
}
