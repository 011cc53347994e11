using EmotionLlama.Scoring;
using EmotionLlama.Scoring.Clues;
using EmotionLlama.World;

namespace EmotionLlama.Tests.Scoring.Clues;

/// <summary>Descriptions to score, and ways to spoil them.</summary>
internal static class Texts
{
    /// <summary>Captions of the small world.</summary>
    public static IReadOnlyList<string> World { get; } =
        [.. Enumerable.Range(0, 60).Select(index => CaptionWriter.FineGrained(WorldClipFactory.Create(5, index)))];

    /// <summary>The 100 and the 332 descriptions of EMER; skips where they are absent.</summary>
    public static IReadOnlyList<EmotionDescription> Emer() =>
    [
        .. DescriptionFile.Read(SharedData.Require("data", "emer", "emer-v1-english.csv")),
        .. DescriptionFile.Read(SharedData.Require("data", "emer", "emer-v2.csv")),
    ];

    /// <summary>The text, then the text without one sentence, without two ... in a random order.</summary>
    public static IEnumerable<string> WithoutSentences(string text, ulong seed)
    {
        var shown = Quotation.WithoutQuotes(text);
        var ends = Enumerable.Range(0, text.Length).Where(at => shown[at] == '.' || at == text.Length - 1);
        var sentences = new List<string>();
        var start = 0;
        foreach (var end in ends)
        {
            sentences.Add(text[start..(end + 1)]);
            start = end + 1;
        }

        yield return text;
        var random = new Random((int)seed);
        while (sentences.Count > 1)
        {
            sentences.RemoveAt(random.Next(sentences.Count));
            yield return string.Concat(sentences);
        }
    }

    /// <summary>The text, then the text without one clue, without two ... in a random order. A full stop takes the
    /// place of every mention.</summary>
    public static IEnumerable<string> WithoutClues(string text, ulong seed)
    {
        var random = new Random((int)seed);
        while (true)
        {
            yield return text;
            var mentions = ClueReader.Read(text);
            if (mentions.Count == 0)
                yield break;

            var clue = mentions[random.Next(mentions.Count)].Clue;
            var letters = text.ToCharArray();
            foreach (var mention in mentions.Where(mention => mention.Clue == clue))
            {
                letters.AsSpan(mention.Start, mention.Length).Fill(' ');
                letters[mention.Start] = '.';
            }

            text = new(letters);
        }
    }
}
