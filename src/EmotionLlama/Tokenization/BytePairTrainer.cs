using System.Globalization;
using System.Text;

namespace EmotionLlama.Tokenization;

/// <summary>
/// Learns a small byte pair vocabulary of Llama's kind: <c>&lt;unk&gt;</c>, <c>&lt;s&gt;</c>, <c>&lt;/s&gt;</c>, the 256
/// bytes, merges, then single characters. The most frequent pair is merged first; among equals the one that comes
/// first in ordinal text order, so that one corpus always gives one vocabulary.
/// (Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword Units", 2016.)
/// </summary>
public static class BytePairTrainer
{
    // A pair that occurs once teaches nothing about other text.
    private const int LeastOccurrences = 2;

    /// <summary>Learns a vocabulary. Words carry the space before them; digits stand alone; line breaks and other
    /// control characters are left to the byte pieces.</summary>
    /// <param name="corpus">Texts to learn from.</param>
    /// <param name="vocabularySize">How many pieces to make. It stays smaller where the corpus has too few pairs that
    /// occur twice.</param>
    /// <exception cref="InputException">The characters of the corpus alone need more pieces.</exception>
    public static SentencePieceModel Train(IEnumerable<string> corpus, int vocabularySize)
    {
        var words = CountWords(corpus);
        var characters = CountCharacters(words);
        var reserved = ReservedPieces();
        var merges = vocabularySize - reserved.Count - characters.Count;
        if (merges < 0)
        {
            throw new InputException($"a vocabulary of {vocabularySize} pieces is too small for this corpus: marks, "
                + $"bytes and characters take {reserved.Count + characters.Count}; ask for more");
        }

        var reservedTexts = reserved.Select(piece => piece.Text).ToHashSet(StringComparer.Ordinal);
        var learned = LearnMerges(words, merges, reservedTexts);
        var scored = learned.Concat(characters)
            .Select((text, rank) => new SentencePiece(text, -rank, SentencePieceKind.Normal));
        return new SentencePieceModel { Pieces = [.. reserved, .. scored] };
    }

    private static List<SentencePiece> ReservedPieces() =>
    [
        new("<unk>", 0, SentencePieceKind.Unknown),
        new("<s>", 0, SentencePieceKind.Control),
        new("</s>", 0, SentencePieceKind.Control),
        .. Enumerable.Range(0, 256).Select(value => new SentencePiece(
            string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), 0, SentencePieceKind.Byte)),
    ];

    private static Dictionary<string, long> CountWords(IEnumerable<string> corpus)
    {
        var words = new Dictionary<string, long>(StringComparer.Ordinal);
        var word = new StringBuilder();
        foreach (var text in corpus)
        {
            word.Append(SentencePieceModel.SpaceMark);
            foreach (var rune in text.EnumerateRunes())
            {
                var startsWord = rune.Value is ' ' or SentencePieceModel.SpaceMark;
                var standsAlone = Rune.IsDigit(rune);
                var isLeftToBytes = Rune.IsControl(rune);
                if (startsWord || standsAlone || isLeftToBytes)
                    EndWord();
                if (!isLeftToBytes)
                    word.Append(startsWord ? SentencePieceModel.SpaceMark.ToString() : rune.ToString());
                if (standsAlone)
                    EndWord();
            }

            EndWord();
        }

        return words;

        void EndWord()
        {
            if (word.Length == 0)
                return;

            var ended = word.ToString();
            words[ended] = words.GetValueOrDefault(ended) + 1;
            word.Clear();
        }
    }

    private static List<string> CountCharacters(Dictionary<string, long> words)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (word, count) in words)
        {
            foreach (var rune in word.EnumerateRunes())
                counts[rune.ToString()] = counts.GetValueOrDefault(rune.ToString()) + count;
        }

        return [.. counts
            .OrderByDescending(character => character.Value)
            .ThenBy(character => character.Key, StringComparer.Ordinal)
            .Select(character => character.Key)];
    }

    private static List<string> LearnMerges(Dictionary<string, long> words, int count, HashSet<string> reserved)
    {
        var table = new BytePairTable(words);
        var known = new HashSet<string>(reserved, StringComparer.Ordinal);
        var merges = new List<string>();
        while (merges.Count < count && table.MostFrequent(LeastOccurrences) is var (left, right))
        {
            var merged = left + right;
            if (reserved.Contains(merged))
            {
                table.Forbid(left, right);
                continue;
            }

            // Two pairs may spell the same piece: it is merged again, but stands in the vocabulary once.
            table.Merge(left, right);
            if (known.Add(merged))
                merges.Add(merged);
        }

        return merges;
    }
}
