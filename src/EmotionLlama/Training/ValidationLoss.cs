using EmotionLlama.Datasets;
using EmotionLlama.Distributed;
using EmotionLlama.Models;
using EmotionLlama.Tokenization;
using static TorchSharp.torch;

namespace EmotionLlama.Training;

/// <summary>The loss on held-out clips: dropout and augmentation off, every clip once.</summary>
public static class ValidationLoss
{
    /// <summary>The mean cross entropy over all answer tokens of a data set.</summary>
    /// <param name="model">The model; its weights and libtorch's generator stay as they are.</param>
    /// <param name="dataset">The held-out clips, with answers.</param>
    /// <param name="prompts">Tokenizes prompts and answers.</param>
    /// <param name="batchSize">Clips in one row.</param>
    /// <param name="cancellationToken">Stops between two rows.</param>
    /// <exception cref="InputException">A clip cannot be read, or the data set is without answers.</exception>
    public static double Measure(
        EmotionLlamaModel model,
        IClipDataset dataset,
        PromptBuilder prompts,
        int batchSize,
        CancellationToken cancellationToken = default) =>
        Measure(model, dataset, prompts, batchSize, new SingleProcess(), cancellationToken);

    /// <summary>The same by several processes, each of which measures a part and gets the whole.</summary>
    /// <param name="model">The model, the same on each rank.</param>
    /// <param name="dataset">The held-out clips.</param>
    /// <param name="prompts">Tokenizes prompts and answers.</param>
    /// <param name="batchSize">Clips in one row.</param>
    /// <param name="ranks">The processes.</param>
    /// <param name="cancellationToken">Stops between two rows.</param>
    /// <exception cref="InputException">A clip cannot be read, or the data set is without answers.</exception>
    /// <exception cref="RankFailureException">Another rank has failed.</exception>
    public static double Measure(
        EmotionLlamaModel model,
        IClipDataset dataset,
        PromptBuilder prompts,
        int batchSize,
        IProcessGroup ranks,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(ranks);
        using var _ = no_grad();
        var loader = new BatchLoader<PackedBatch>(
            [dataset],
            new SequentialOrder(dataset.Count, batchSize, rank: ranks.Rank, worldSize: ranks.Size),
            clips => PackedBatch.Pack(
                [.. clips.Select(clip => (clip, prompts.ForTraining(clip.Instruction, clip.Answer)))]),
            new BatchLoaderOptions { NumWorkers = 0, Use = SampleUse.Validation });
        using var rows = new MemoryStream();
        using var writer = new BinaryWriter(rows);
        foreach (var row in loader.Read(cancellation: cancellationToken))
        {
            using (row)
            using (NewDisposeScope())
            {
                writer.Write(model.LossSum(row).item<float>());
                writer.Write(row.AnswerTokens);
            }
        }

        var (sum, tokens) = Sum(ranks.AllGather(rows.ToArray()));

        return tokens > 0
            ? sum / tokens
            : throw new InputException($"{dataset.Name}: the held-out clips have no answers");
    }

    /// <summary>Adds the rows up in their order, so that the sum does not depend on who measured them.</summary>
    /// <param name="ranks">The loss and the answer tokens of each row of each rank.</param>
    private static (double Loss, long Tokens) Sum(IReadOnlyList<byte[]> ranks)
    {
        const int rowBytes = sizeof(float) + sizeof(int);
        var (sum, tokens) = (0.0, 0L);
        var rows = ranks.Sum(bytes => bytes.Length / rowBytes);
        for (var row = 0; row < rows; row++)
        {
            var measured = ranks[row % ranks.Count].AsSpan(row / ranks.Count * rowBytes);
            sum += BitConverter.ToSingle(measured);
            tokens += BitConverter.ToInt32(measured[sizeof(float)..]);
        }

        return (sum, tokens);
    }
}
