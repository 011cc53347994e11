using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Generation;

namespace EmotionLlama.Workflows;

/// <summary>Answers about held-out clips as an evaluation needs them: the same clips, tasks, instructions and seeds each
/// time.</summary>
/// <param name="generator">The model.</param>
/// <param name="run">How many clips, tokens and samples.</param>
internal sealed class HeldOutAnswers(AnswerGenerator generator, RunRecipe run)
{
    // Answering takes less memory than training on one clip, and its time is nearly the same for one clip and eight.
    private const int LeastClipsAtOnce = 8;

    private readonly GenerationSettings _greedy = new() { MaxNewTokens = run.EvalMaxNewTokens };

    /// <summary>Clips of a data set that are answered about.</summary>
    public static int CountOf(RunRecipe run, int clips) =>
        Math.Min(run.EvalClips ?? (run.Metric.NeedsAnswers() ? clips : 0), clips);

    /// <summary>Answers batch by batch. Nothing is drawn from libtorch's generator.</summary>
    /// <param name="clips">The held-out clips, with their annotations; the first ones are answered about.</param>
    /// <param name="cancellationToken">Stops between two tokens.</param>
    /// <exception cref="InputException">A clip cannot be read.</exception>
    public IEnumerable<HeldOutAnswer> Generate(ReadableClips clips, CancellationToken cancellationToken)
    {
        var places = Enumerable.Range(0, CountOf(run, clips.Count));
        foreach (var batch in places.Chunk(Math.Max(clips.BatchSize, LeastClipsAtOnce)))
        {
            ClipSample[] samples = [.. batch.Select(clip => clips.Read(clip, (ulong)clip, SampleUse.Validation))];
            try
            {
                // The captions stay behind: what is not handed over cannot leak into a prompt.
                ClipSample[] asked = [.. samples.Select(sample => sample with { Answer = "" })];
                var answers = generator.Answer(asked, _greedy, cancellationToken);
                var draws = Enumerable.Range(0, run.EvalTemperatureSamples)
                    .Select(draw => generator.Answer(asked, Drawing(batch[0], draw), cancellationToken))
                    .ToList();
                for (var i = 0; i < samples.Length; i++)
                {
                    yield return new HeldOutAnswer
                    {
                        Clip = samples[i].Name,
                        Emotion = samples[i].Emotion,
                        Task = samples[i].Task,
                        Instruction = samples[i].Instruction,
                        Expected = samples[i].Answer,
                        Answer = answers[i].Text,
                        Samples = [.. draws.Select(drawn => drawn[i].Text)],
                    };
                }
            }
            finally
            {
                foreach (var sample in samples)
                    sample.Dispose();
            }
        }
    }

    /// <summary>Draws with a generator of its own, seeded by the run, the batch and the draw.</summary>
    private GenerationSettings Drawing(int firstClip, int draw) => _greedy with
    {
        DoSample = true,
        Seed = (long)(SplitMix64.Mix(SplitMix64.Mix((ulong)run.Seed, (ulong)firstClip), (ulong)draw) >> 1),
    };
}
