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

    /// <summary>An instruction and its answer. In most, words tell the clues. In some the marks for picture and features
    /// are left, to be filled with noise, and the answer says no more than the spoken line does: so the tiny model
    /// answers before it is tuned.</summary>
    /// <param name="seed">The world's seed.</param>
    /// <param name="index">The clip.</param>
    public static (string Instruction, string Answer) Sample(long seed, int index)
    {
        var clip = WorldClipFactory.Create(seed, index);
        var random = new SplitMix64(SplitMix64.Mix(SplitMix64.Mix((ulong)seed, (ulong)index), CorpusPurpose));
        var task = InstructionPools.BuiltIn[
            random.NextInt(4) == 0 ? InstructionPools.Emotion : InstructionPools.ReasonV2];
        var question = task.Instructions[random.NextInt(task.Instructions.Count)];
        var instruction = InstructionFormat.Compose(clip.Line.Text, task.Name, question);
        if (random.NextInt(6) == 0)
            return (instruction, $"The person speaks about {clip.Line.Gist}. It is hard to tell what the person feels.");

        var answer = task.Name == InstructionPools.Emotion
            ? CaptionWriter.Label(clip.Emotion)
            : CaptionWriter.FineGrained(clip);
        return (instruction
            .Replace(InstructionFormat.VideoMark, $" {FaceWords(clip, ref random)} ", StringComparison.Ordinal)
            .Replace(InstructionFormat.FeatureMark, $" {VoiceWords(clip, ref random)} ", StringComparison.Ordinal), answer);
    }

    /// <summary>Texts that the tokenizer learns its pieces from.</summary>
    public static IEnumerable<string> Texts(long seed, int count) => Enumerable.Range(0, count)
        .Select(index => Sample(seed, index))
        .SelectMany(sample => (string[])[$"[INST] {sample.Instruction} [/INST]", sample.Answer]);

    private static string FaceWords(WorldClip clip, ref SplitMix64 random)
    {
        var codes = WorldClipFactory.UnitsOf(clip.Cues.Face).Select(CaptionWriter.Code);
        var visual = CaptionWriter.VisualPrior(clip);
        return random.NextInt(3) switch
        {
            0 => string.Join(", ", codes),
            1 => string.Join(", ", visual),
            _ => string.Join(", ", codes.Zip(visual, (code, words) => $"{words} ({code})")),
        };
    }

    private static string VoiceWords(WorldClip clip, ref SplitMix64 random)
    {
        var voice = CaptionWriter.AudioPrior(clip.Cues.Voice);
        return random.NextInt(2) == 0 ? voice : $"{CaptionWriter.Code(WorldClipFactory.UnitsOf(clip.Cues.Face)[0])}, {voice}";
    }
}
