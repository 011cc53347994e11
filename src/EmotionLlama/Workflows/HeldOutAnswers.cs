using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Distributed;
using EmotionLlama.Generation;

namespace EmotionLlama.Workflows;

/// <summary>Answers about held-out clips as an evaluation needs them: the same clips, tasks, instructions and seeds each
/// time.</summary>
/// <param name="generator">The model.</param>
/// <param name="run">How many clips, tokens and samples.</param>
/// <param name="ranks">The processes that divide the batches; null where there is one.</param>
internal sealed class HeldOutAnswers(AnswerGenerator generator, RunRecipe run, IProcessGroup? ranks = null)
{
    // Answering takes less memory than training on one clip, and its time is nearly the same for one clip and eight.
    private const int LeastClipsAtOnce = 8;

    private readonly GenerationSettings _greedy = new() { MaxNewTokens = run.EvalMaxNewTokens };

    /// <summary>Clips of a data set that are answered about.</summary>
    public static int CountOf(RunRecipe run, int clips) =>
        Math.Min(run.EvalClips ?? (run.Metric.NeedsAnswers() ? clips : 0), clips);

    /// <summary>Answers batch by batch; every rank gets all answers. Nothing is drawn from libtorch's generator.</summary>
    /// <param name="clips">The held-out clips, with their annotations; the first ones are answered about.</param>
    /// <param name="cancellationToken">Stops between two tokens.</param>
    /// <exception cref="InputException">A clip cannot be read.</exception>
    public IEnumerable<HeldOutAnswer> Generate(ReadableClips clips, CancellationToken cancellationToken)
    {
        var places = Enumerable.Range(0, CountOf(run, clips.Count));
        var batches = places.Chunk(Math.Max(clips.BatchSize, LeastClipsAtOnce)).ToList();
        return ranks is null || ranks.Size == 1
            ? batches.SelectMany(batch => Answer(clips, batch, cancellationToken))
            : RankShare.Of(ranks, batches, batch => Answer(clips, batch, cancellationToken)).SelectMany(answers => answers);
    }

    private List<HeldOutAnswer> Answer(ReadableClips clips, int[] batch, CancellationToken cancellationToken)
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
            return
            [
                .. samples.Select((sample, i) => new HeldOutAnswer
                {
                    Clip = sample.Name,
                    Emotion = sample.Emotion,
                    Task = sample.Task,
                    Instruction = sample.Instruction,
                    Expected = sample.Answer,
                    Answer = answers[i].Text,
                    Samples = [.. draws.Select(drawn => drawn[i].Text)],
                }),
            ];
        }
        finally
        {
            foreach (var sample in samples)
                sample.Dispose();
        }
    }

    /// <summary>Draws with a generator of its own, seeded by the run, the batch and the draw.</summary>
    private GenerationSettings Drawing(int firstClip, int draw) => _greedy with
    {
        DoSample = true,
        Seed = (long)(SplitMix64.Mix(SplitMix64.Mix((ulong)run.Seed, (ulong)firstClip), (ulong)draw) >> 1),
    };
}
