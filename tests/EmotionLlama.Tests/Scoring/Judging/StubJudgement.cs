using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using EmotionLlama.Scoring;
using EmotionLlama.Tests.Endpoints;

namespace EmotionLlama.Tests.Scoring.Judging;

/// <summary>A judge that reads the score out of the prediction: "worth 7" scores 7, and so does the emotion read out of
/// it.</summary>
internal static partial class StubJudgement
{
    private static readonly string[] Emotions =
        ["bored", "sad", "angry", "afraid", "ashamed", "proud", "calm", "happy", "hopeful", "curious", "surprised"];

    /// <summary>Pairs of clips, the first worth 0, the next 1, and so on up to 10 and again.</summary>
    public static DescriptionPair[] Pairs(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new DescriptionPair(
            new EmotionDescription { Name = $"clip{i}", Reason = $"What is true of clip {i}." },
            new EmotionDescription { Name = $"clip{i}", Reason = $"What a system says of {i}, worth {Worth(i)}." })),
    ];

    /// <summary>What the pair at a place is worth.</summary>
    public static int Worth(int pair) => pair % Emotions.Length;

    /// <summary>Answers well.</summary>
    public static StubReply Of(StubCall call) => StubReply.Says(TextFor(call));

    /// <summary>The text of a good answer.</summary>
    public static string TextFor(StubCall call)
    {
        var worth = WorthIn(call.Prompt);
        if (call.AsksForEmotions)
            return JsonSerializer.Serialize(new { emotions = new[] { worth is { } w ? Emotions[w] : "true" } });

        // The prompt's last emotion word is the prediction's.
        var score = worth ?? Array.FindIndex(
            Emotions, word => call.Prompt.Contains($"\n{word}\n", StringComparison.Ordinal));
        return JsonSerializer.Serialize(new { reason = "as it says", score });
    }

    private static int? WorthIn(string prompt) => Stated().Match(prompt) is { Success: true } match
        ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
        : null;

    [GeneratedRegex(@"worth (\d+)")]
    private static partial Regex Stated();
}
