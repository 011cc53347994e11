using EmotionLlama.Datasets;
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

    /// <summary>A prompt in the chat template, and its answer. In some the clues are unreadable, and the answer says no
    /// more than the words do: what the tiny model answers before it is tuned.</summary>
    /// <param name="seed">The world's seed.</param>
    /// <param name="index">The clip.</param>
    public static (string Prompt, string Answer) Sample(long seed, int index)
    {
        var clip = WorldClipFactory.Create(seed, index);
        var random = new WorldRandom(seed, index, CorpusPurpose);
        var task = InstructionPools.BuiltIn[random.Below(4) == 0 ? InstructionPools.Emotion : InstructionPools.ReasonV2];
        var instruction = InstructionFormat.Compose(clip.Line.Text, task.Name, random.Pick(task.Instructions));
        if (random.Below(6) == 0)
            return (Fill(instruction, Unreadable(ref random), Unreadable(ref random)), Generic(clip));

        var answer = task.Name == InstructionPools.Emotion
            ? CaptionWriter.Label(clip.Emotion)
            : CaptionWriter.FineGrained(clip);
        return (Fill(instruction, FaceWords(clip, ref random), VoiceWords(clip, ref random)), answer);
    }

    /// <summary>Texts that the tokenizer learns its pieces from.</summary>
    public static IEnumerable<string> Texts(long seed, int count) => Enumerable.Range(0, count)
        .Select(index => Sample(seed, index))
        .SelectMany(sample => (string[])[sample.Prompt, sample.Answer]);

    private static string Fill(string instruction, string face, string voice) => "[INST] " + instruction
        .Replace(InstructionFormat.VideoMark, $" {face} ", StringComparison.Ordinal)
        .Replace(InstructionFormat.FeatureMark, $" {voice} ", StringComparison.Ordinal) + " [/INST]";

    private static string Generic(WorldClip clip) =>
        $"The person speaks about {clip.Line.Gist}. It is hard to tell what the person feels.";

    private static string Unreadable(ref WorldRandom random)
    {
        var letters = new char[4 + random.Below(16)];
        for (var i = 0; i < letters.Length; i++)
            letters[i] = random.Below(4) == 0 ? ' ' : (char)('a' + random.Below(26));

        return new string(letters);
    }

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
