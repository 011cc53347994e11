namespace EmotionLlama.Scoring.Clues;

/// <summary>How much the clues of two descriptions agree, without a judge.</summary>
/// <remarks>
/// <para>The score is ten times 2|T∩P|/(|T|+|P|) of the sets of clues T of the truth and P of the description, so that
/// deleting a clue that both have never raises it. A negated clue, and the opposite of a clue, count as false.</para>
/// <para>The words that are quoted make up one clue together: each different content word weighs 1/n, n being the
/// larger of the two numbers of such words.</para>
/// <para>The figures are not comparable with those of a GPT judge.</para>
/// </remarks>
public static class ClueOverlap
{
    private const double FullScore = 10;

    /// <summary>Scores the clues of a description against those of the truth.</summary>
    public static ClueScore Measure(string truth, string prediction) =>
        Measure(CluesOf(truth), SpokenContent.Read(truth), CluesOf(prediction), SpokenContent.Read(prediction));

    private static ClueScore Measure(
        List<Clue> truth, HashSet<string> truthWords, List<Clue> prediction, HashSet<string> predictionWords)
    {
        List<Clue> matched = [.. truth.Intersect(prediction)];
        var wordWeight = 1.0 / Math.Max(1, Math.Max(truthWords.Count, predictionWords.Count));
        var sharedWords = truthWords.Count(predictionWords.Contains);
        var shared = matched.Count + wordWeight * sharedWords;
        var real = truth.Count + wordWeight * truthWords.Count;
        var claimed = prediction.Count + wordWeight * predictionWords.Count;
        return new()
        {
            Matched = matched,
            Missed = [.. truth.Except(matched)],
            Added = [.. prediction.Except(matched)],
            SpokenShare = truthWords.Count > 0 ? (double)sharedWords / truthWords.Count : null,
            Precision = claimed > 0 ? shared / claimed : 0,
            Recall = real > 0 ? shared / real : 0,
            Score = real > 0 ? FullScore * (2 * shared / (real + claimed)) : null,
        };
    }

    private static List<Clue> CluesOf(string text) =>
        [.. ClueReader.Read(text).Select(mention => mention.Clue).Distinct()];
}
