using EmotionLlama.Construction;

namespace EmotionLlama.Tests.Construction;

public sealed class NearDuplicatesTests
{
    [Fact]
    public void Case_punctuation_and_spaces_make_no_difference() => Assert.Equal(
        [null, (0, 1.0), null],
        NearDuplicates.Find(["So the person, it seems, is sad.", "so the  person it seems is SAD!", "Sad."], 1));

    [Fact]
    public void Similarity_is_the_share_of_common_word_triples()
    {
        // Triples abc bcd cde def against abc bcd cde deg: three of five are common.
        string[] texts = ["a b c d e f", "a b c d e g"];

        Assert.Equal((0, 0.6), NearDuplicates.Find(texts, 0.6)[1]);
        Assert.Null(NearDuplicates.Find(texts, 0.61)[1]);
    }

    [Fact]
    public void What_repeats_a_duplicate_is_compared_with_what_was_kept() => Assert.Equal(
        [null, (0, 1.0), (0, 1.0)], NearDuplicates.Find(["x y z", "x y z.", "x, y, z"], 0.5));

    [Fact]
    public void Short_texts_repeat_only_the_same_words() => Assert.Equal(
        [null, null, (0, 1.0), null], NearDuplicates.Find(["yes", "no", "Yes.", ""], 0.1));

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(1.0)]
    public void It_finds_what_comparing_all_with_all_finds(double similarity)
    {
        var random = new Random(7);
        string[] texts =
        [
            .. Enumerable.Range(0, 300).Select(_ => string.Join(
                ' ', Enumerable.Range(0, random.Next(2, 14)).Select(_ => "abc"[random.Next(3)]))),
        ];

        Assert.Equal(ByComparingAll(texts, similarity), NearDuplicates.Find(texts, similarity));
    }

    private static (int, double)?[] ByComparingAll(string[] texts, double similarity)
    {
        var results = new (int, double)?[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            var same = Enumerable.Range(0, i).Where(j => results[j] is null && texts[j] == texts[i])
                .Select(j => ((int, double)?)(j, 1.0)).FirstOrDefault();
            results[i] = same ?? Enumerable.Range(0, i).Where(j => results[j] is null)
                .Select(j => ((int, double)?)(j, Jaccard(texts[j], texts[i])))
                .FirstOrDefault(pair => pair!.Value.Item2 >= similarity);
        }

        return results;
    }

    private static double Jaccard(string first, string second)
    {
        var (a, b) = (Triples(first), Triples(second));
        return a.Count == 0 && b.Count == 0 ? 0 : (double)a.Intersect(b).Count() / a.Union(b).Count();
    }

    private static HashSet<string> Triples(string text)
    {
        var words = text.Split(' ');
        var count = Math.Max(0, words.Length - 2);
        return [.. Enumerable.Range(0, count).Select(i => $"{words[i]} {words[i + 1]} {words[i + 2]}")];
    }
}
