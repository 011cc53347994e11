using System.Text.Json;
using EmotionLlama.Datasets;
using EmotionLlama.Distributed;
using EmotionLlama.Generation;

namespace EmotionLlama.Evaluation;

/// <summary>Asks the model about every clip of a test set, with a log to go on from.</summary>
/// <param name="generator">The model.</param>
/// <param name="dataset">The clips, with their labels.</param>
/// <param name="settings">How answers are generated; its seed is not used.</param>
/// <param name="batchSize">Clips answered at once.</param>
/// <param name="seed">Fixes which task and instruction a clip gets, and which tokens are drawn.</param>
/// <param name="ranks">The processes that divide the batches; null where there is one. Rank 0 has the log.</param>
internal sealed class ResumableEvaluation(
    AnswerGenerator generator,
    IClipDataset dataset,
    GenerationSettings settings,
    int batchSize,
    long seed,
    IProcessGroup? ranks = null)
{
    private readonly IProcessGroup _ranks = ranks ?? new SingleProcess();

    /// <summary>Answers what the log has no answers to.</summary>
    /// <param name="logPath">The log.</param>
    /// <param name="madeWith">Everything that answers depend on.</param>
    /// <param name="progress">Told how many clips are done: once before the first batch, and after each.</param>
    /// <param name="cancellationToken">Stops between two tokens; whole batches are in the log.</param>
    /// <returns>The predictions in the order of the test set; none on other ranks than rank 0.</returns>
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
        using var log = _ranks.Rank == 0
            ? AnswerLog.Open(logPath, madeWith, plan, clip => dataset[clip].Name)
            : null;
        var answered = BitConverter.ToInt32(_ranks.AllGather(BitConverter.GetBytes(log?.Answers.Count ?? 0))[0]);
        progress(answered);

        // In each round every rank answers a batch, and rank 0 writes them down in the order of one process.
        foreach (var round in plan.Rest(answered).Chunk(_ranks.Size))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var answer in Answer(round, cancellationToken))
            {
                log?.Append(answer);
                answered++;
            }

            progress(answered);
        }

        return log is null ? [] :
        [
            .. log.Answers.OrderBy(answer => answer.Clip).Select(
                answer => ClipPrediction.Of(answer.Name, dataset[answer.Clip].Emotion, answer.Answer)),
        ];
    }

    private IEnumerable<LoggedAnswer> Answer((int Number, int[] Clips)[] round, CancellationToken cancellationToken)
    {
        IReadOnlyList<LoggedAnswer> own = _ranks.Rank < round.Length
            ? Answer(round[_ranks.Rank].Number, round[_ranks.Rank].Clips, cancellationToken)
            : [];
        return _ranks.Size == 1
            ? own
            : _ranks.AllGather(JsonSerializer.SerializeToUtf8Bytes(own))
                .SelectMany(bytes => JsonSerializer.Deserialize<List<LoggedAnswer>>(bytes)!);
    }

    private List<LoggedAnswer> Answer(int batch, int[] clips, CancellationToken cancellationToken)
    {
        var samples = new List<ClipSample>();
        try
        {
            foreach (var clip in clips)
                samples.Add(dataset.Read(clip, DrawSeed(clip), SampleUse.Testing));

            // Answers at the same place of two batches shall not share their draws.
            var drawn = settings with { Seed = (long)(SplitMix64.Mix((ulong)seed, (ulong)batch) >> 1) };
            var answers = generator.Answer(samples, drawn, cancellationToken);
            return [.. clips.Zip(answers, (clip, answer) =>
                new LoggedAnswer(clip, answer.Name, answer.Text, answer.TokenIds.Count))];
        }
        finally
        {
            foreach (var sample in samples)
                sample.Dispose();
        }
    }

    private ulong DrawSeed(int clip) => SplitMix64.Mix((ulong)seed, (ulong)clip);
}
