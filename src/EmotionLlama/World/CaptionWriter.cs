using System.Globalization;
using EmotionLlama.Datasets;

namespace EmotionLlama.World;

/// <summary>
/// Puts a clip into words: the clues of face (with the codes of the action units), voice and words, and what they add
/// up to. The grammar is small, so that a tiny language model can learn it, and each clip's wording is fixed by its
/// name. A caption always ends with <c>so the person feels LABEL.</c>
/// </summary>
public static class CaptionWriter
{
    private const ulong WordingPurpose = 5;

    /// <summary>The caption that reasons from clues to the emotion (<c>smp_reason_caption</c>), at most 60
    /// words.</summary>
    public static string FineGrained(WorldClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        var wording = new WorldRandom(clip.Seed, clip.Index, WordingPurpose);
        var face = wording.Pick(FaceClues(clip.Cues.Face));
        var voice = wording.Pick(VoiceClues(clip.Cues.Voice));
        var words = WordsClue(clip, ref wording);
        var reason = wording.Pick(Reasons(clip.Cues));
        var clues = wording.Below(3) switch
        {
            0 => $"{face}. {voice}, and {words}.",
            1 => $"In the video, {Lower(face)}. {voice}, while {words}.",
            _ => $"At the peak, {Lower(face)}. {voice}, and {words}.",
        };
        return $"{clues} {reason}, {Conclusion(clip.Emotion)}";
    }

    /// <summary>The short caption of the coarse annotations: the clues and the emotion.</summary>
    public static string CoarseGrained(WorldClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        return $"The person shows {Listed(VisualPrior(clip))}, {AudioPrior(clip.Cues.Voice)} and " +
            $"{Side(clip.Cues.Words)} words, {Conclusion(clip.Emotion)}";
    }

    /// <summary>What is seen, one phrase for each action unit of the cue.</summary>
    public static IReadOnlyList<string> VisualPrior(WorldClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        return [.. WorldClipFactory.UnitsOf(clip.Cues.Face).Select(Describe)];
    }

    /// <summary>What is heard.</summary>
    public static string AudioPrior(VoiceCue voice) =>
        voice == VoiceCue.Lively ? "a loud, fast and bright voice" : "a soft, slow and trembling voice";

    /// <summary>The code of an action unit, such as <c>AU06</c>.</summary>
    public static string Code(int unit) => string.Create(CultureInfo.InvariantCulture, $"AU{unit:D2}");

    /// <summary>The label of an emotion, such as <c>happy</c>.</summary>
    public static string Label(Emotion emotion) => emotion.ToText();

    private static string Conclusion(Emotion emotion) => $"so the person feels {Label(emotion)}.";

    private static string[] FaceClues(FaceCue face) => face switch
    {
        FaceCue.Smile =>
        [
            "The cheeks are raised (AU06) and the lip corners are pulled up (AU12)",
            "The cheeks lift (AU06) and the mouth widens into a smile (AU12)",
        ],
        FaceCue.LoweredBrow =>
        [
            "The brows are drawn down (AU04), the eyelids are tight (AU07) and the lips are pressed (AU23)",
            "The brows are lowered (AU04), the eyes narrow (AU07) and the lips tighten (AU23)",
        ],
        _ =>
        [
            "The brows are raised (AU01, AU02), the eyes are wide (AU05) and the jaw drops (AU26)",
            "The brows shoot up (AU01, AU02), the eyelids lift (AU05) and the mouth falls open (AU26)",
        ],
    };

    private static string[] VoiceClues(VoiceCue voice) => voice == VoiceCue.Lively
        ? ["The voice is loud, fast and bright", "The speech is quick and full of energy"]
        : ["The voice is soft, slow and trembling", "The speech is quiet and slow with a tremor"];

    private static string WordsClue(WorldClip clip, ref WorldRandom wording)
    {
        var news = clip.Cues.Words == WordsCue.Pleasant ? "good news" : "bad news";
        return wording.Chance(0.5)
            ? $"the words tell of {clip.Line.Gist}, which is {news}"
            : $"the words bring {news} about {clip.Line.Gist}";
    }

    private static string[] Reasons(CueCombination cues) => EmotionTable.Of(cues) switch
    {
        Emotion.Happy => ["Face, voice and words share the same joy", "Everything is bright and agrees"],
        Emotion.Neutral => ["The smile is polite and the voice stays calm", "The kind words are said without force"],
        Emotion.Contempt when cues.Face == FaceCue.Smile =>
            ["The smile enjoys what is bad", "Cheer at such news is a sneer"],
        Emotion.Contempt => ["The hard face mocks the kind words", "Loud praise with such a face is a sneer"],
        Emotion.Worried when cues.Face == FaceCue.Smile =>
            ["The smile only hides the concern", "The voice betrays what the smile covers"],
        Emotion.Worried => ["The tense eyes and weak voice show concern", "The voice trembles at what may come"],
        Emotion.Angry => ["The hard face and strong voice attack", "Face and voice push against the news"],
        Emotion.Sad => ["The heavy face and weak voice carry the loss", "Face and voice sink under the news"],
        Emotion.Doubt when cues.Face == FaceCue.LoweredBrow =>
            ["The frown and weak voice do not trust the words", "Such words need no frown"],
        Emotion.Doubt => ["The raised brows and weak voice question the words", "The voice is not sure of the words"],
        Emotion.Surprise => ["The open face greets what nobody expected", "Face and voice jump at the news"],
        _ => ["The wide eyes and quick voice see danger", "Face and voice want to flee from the news"],
    };

    private static string Describe(int unit) => unit switch
    {
        1 => "raised inner brows",
        2 => "raised outer brows",
        4 => "lowered brows",
        5 => "raised upper eyelids",
        6 => "raised cheeks",
        7 => "tight eyelids",
        12 => "pulled lip corners",
        23 => "tight lips",
        26 => "a dropped jaw",
        _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, "belongs to no face cue"),
    };

    private static string Side(WordsCue words) => words == WordsCue.Pleasant ? "pleasant" : "unpleasant";

    private static string Listed(IReadOnlyList<string> items) => string.Join(", ", items);

    private static string Lower(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];
}
