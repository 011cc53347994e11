using System.Text.RegularExpressions;

namespace EmotionLlama.Datasets.Curriculum;

/// <summary>Which modalities a caption speaks of, by words of English and Chinese that name what is seen, heard or
/// said. That a thing is named is enough; it may be said to be absent.</summary>
internal static partial class CaptionMentions
{
    /// <summary>The modalities that a caption speaks of: some of <see cref="Modalities.Face"/>,
    /// <see cref="Modalities.Voice"/> and <see cref="Modalities.Words"/>.</summary>
    public static Modalities Find(string caption) =>
        (Face().IsMatch(caption) ? Modalities.Face : Modalities.None)
        | (Voice().IsMatch(caption) ? Modalities.Voice : Modalities.None)
        | (Words().IsMatch(caption) ? Modalities.Words : Modalities.None);

    [GeneratedRegex(
        @"\b(AU ?\d{1,2}|fac(e|es|ial|ially)|expressions?|(eye)?brows?|eyes?|eyelids?|gaz(e|es|ing)|glar(e|es|ing)"
        + @"|star(e|es|ing)|lips?|mouth|teeth|smil(e|es|ed|ing)|frown(s|ed|ing)?|grin(s|ning)?|cheeks?|jaw|chin|nose"
        + @"|forehead|nod(s|ding)?|tears?|blink(s|ing)?)\b|[脸面]部|表情|眉|眼|嘴|唇|微笑|笑容|皱|目光|泪",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Face();

    [GeneratedRegex(
        @"\b(voices?|tones?|pitch|intonation|speech|loud(ly|er)?|volume|tempo|audio|sound(s|ed|ing)?|trembl(e|es|ing)"
        + @"|tremor|whisper(s|ed|ing)?|shout(s|ed|ing)?|sigh(s|ed|ing)?|laugh(s|ed|ing|ter)?|sob(s|bing)?)\b"
        + "|语气|语调|语速|声音|音调|音量|嗓音|颤抖",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Voice();

    [GeneratedRegex(
        @"\b(words?|sentences?|subtitles?|lines?|says?|said|saying|text|transcripts?|statements?|remarks?|utterances?"
        + @"|questions?|replies|reply|mentions?|mentioned)\b|字幕|台词|文本|话语|说的|句",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
