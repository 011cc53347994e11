using EmotionLlama.Datasets;
using EmotionLlama.Generation;

namespace EmotionLlama.Evaluation;

/// <summary>Asks the model about every clip of a test set, with a log to go on from.</summary>
/// <param name="generator">The model.</param>
/// <param name="dataset">The clips, with their labels.</param>
/// <param name="settings">How answers are generated; its seed is not used.</param>
/// <param name="batchSize">Clips answered at once.</param>
/// <param name="seed">Fixes which task and instruction a clip gets, and which tokens are drawn.</param>
internal sealed class ResumableEvaluation(
    AnswerGenerator generator, IClipDataset dataset, GenerationSettings settings, int batchSize, long seed)
{
    /// <summary>Answers what the log has no answers to.</summary>
    /// <param name="logPath">The log.</param>
    /// <param name="madeWith">Everything that answers depend on.</param>
    /// <param name="progress">Told how many clips are done: once before the first batch, and after each.</param>
    /// <param name="cancellationToken">Stops between two tokens; whole batches are in the log.</param>
    /// <returns>The predictions in the order of the test set.</returns>
    /// <exception cref="InputException">A clip cannot be read or its instruction cannot be a prompt, or the log is of
    /// another evaluation.</exception>
    public IReadOnlyList<ClipPrediction> Run(
        string logPath,
        IReadOnlyDictionary<string, string> madeWith,
        Action<int> progress,
        CancellationToken cancellationToken)
    {
        var plan = new AnswerPlan(
            [.. Enumerable.Range(0, dataset.Count).Select(
                clip => generator.CountPromptTokens(dataset.Instruction(clip, DrawSeed(clip))))],
            batchSize);
        using var log = AnswerLog.Open(logPath, madeWith, plan, clip => dataset[clip].Name);
        progress(log.Answers.Count);
        foreach (var (number, clips) in plan.Rest(log.Answers.Count))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Answer(number, clips, log, cancellationToken);
            progress(log.Answers.Count);
        }

        return
        [
            .. log.Answers.OrderBy(answer => answer.Clip).Select(
                answer => ClipPrediction.Of(answer.Name, dataset[answer.Clip].Emotion, answer.Answer)),
        ];
    }

    private void Answer(int batch, int[] clips, AnswerLog log, CancellationToken cancellationToken)
    {
        var samples = new List<ClipSample>();
        try
        {
            foreach (var clip in clips)
                samples.Add(dataset.Read(clip, DrawSeed(clip), SampleUse.Testing));

            // Answers at the same place of two batches shall not share their draws.
            var drawn = settings with { Seed = (long)(SplitMix64.Mix((ulong)seed, (ulong)batch) >> 1) };
            var answers = generator.Answer(samples, drawn, cancellationToken);
            foreach (var (clip, answer) in clips.Zip(answers))
                log.Append(new LoggedAnswer(clip, answer.Name, answer.Text, answer.TokenIds.Count));
        }
        finally
        {
            foreach (var sample in samples)
                sample.Dispose();
        }
    }

    private ulong DrawSeed(int clip) => SplitMix64.Mix((ulong)seed, (ulong)clip);
}
