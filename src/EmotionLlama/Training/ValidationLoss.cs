using EmotionLlama.Datasets;
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
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(prompts);
        using var _ = no_grad();
        var loader = new BatchLoader<PackedBatch>(
            [dataset],
            new SequentialOrder(dataset.Count, batchSize),
            clips => PackedBatch.Pack(
                [.. clips.Select(clip => (clip, prompts.ForTraining(clip.Instruction, clip.Answer)))]),
            new BatchLoaderOptions { NumWorkers = 0, Use = SampleUse.Validation });
        var (sum, tokens) = (0.0, 0L);
        foreach (var row in loader.Read(cancellation: cancellationToken))
        {
            using (row)
            using (NewDisposeScope())
            {
                sum += model.LossSum(row).item<float>();
                tokens += row.AnswerTokens;
            }
        }

        return tokens > 0
            ? sum / tokens
            : throw new InputException($"{dataset.Name}: the held-out clips have no answers");
    }
}
