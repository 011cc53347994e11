using EmotionLlama.World;

namespace EmotionLlama.Pretraining;

/// <summary>
/// The texts that the tiny Llama is pretrained on: the small world told in words alone. Where stage 2 inserts a picture
/// and features, these prompts say what is seen and heard, so the Llama learns to read clues and to reason from them,
/// but never meets an inserted embedding.
/// </summary>
internal static class PretrainingCorpus
{
    private const ulong CorpusPurpose = 11;

    /// <summary>A prompt in the chat template, and its answer.</summary>
    /// <param name="seed">The world's seed.</param>
    /// <param name="index">The clip.</param>
    public static (string Prompt, string Answer) Sample(long seed, int index)
    {
        var clip = WorldClipFactory.Create(seed, index);
        var random = new WorldRandom(seed, index, CorpusPurpose);
        var task = random.Below(4) == 0 ? "emotion" : "reason_v2";
        var answer = task == "emotion" ? CaptionWriter.Label(clip.Emotion) : CaptionWriter.FineGrained(clip);
        var (face, voice) = (FaceWords(clip, ref random), VoiceWords(clip, ref random));
        var prompt = $"[INST] <video> {face} </video> <feature> {voice} </feature> "
            + $"The person in video says: {clip.Line.Text}.  [{task}] {random.Pick(Questions)} [/INST]";
        return (prompt, answer);
    }

    /// <summary>Texts that the tokenizer learns its pieces from.</summary>
    public static IEnumerable<string> Texts(long seed, int count) => Enumerable.Range(0, count)
        .Select(index => Sample(seed, index))
        .SelectMany(sample => (string[])[sample.Prompt, sample.Answer]);

    private static readonly string[] Questions =
    [
        "What does this person feel?",
        "Name the emotion.",
        "Look, listen and explain what the person feels.",
        "Which emotion do the clues point to?",
        "Explain the emotion from face, voice and words.",
        "Tell me how the person feels and why.",
    ];

    private static string FaceWords(WorldClip clip, ref WorldRandom random)
    {
        var codes = WorldClipFactory.UnitsOf(clip.Cues.Face).Select(CaptionWriter.Code);
        var visual = CaptionWriter.VisualPrior(clip);
        return random.Below(3) switch
        {
            0 => string.Join(", ", codes),
            1 => string.Join(", ", visual),
            _ => string.Join(", ", codes.Zip(visual, (code, words) => $"{words} ({code})")),
        };
    }

    private static string VoiceWords(WorldClip clip, ref WorldRandom random)
    {
        var voice = CaptionWriter.AudioPrior(clip.Cues.Voice);
        return random.Below(2) == 0 ? voice : $"{CaptionWriter.Code(WorldClipFactory.UnitsOf(clip.Cues.Face)[0])}, {voice}";
    }
}
