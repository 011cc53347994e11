using EmotionLlama.Datasets;
using EmotionLlama.Generation;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Workflows;

/// <summary>Answers about the same few clips again and again, so that people can watch the answers grow.</summary>
/// <param name="generator">The model.</param>
/// <param name="dataset">Where the clips are: its first ones.</param>
/// <param name="count">How many, where there are as many.</param>
/// <param name="settings">How answers are generated, without drawing tokens.</param>
public sealed class SampleAnswerer(
    AnswerGenerator generator, IClipDataset dataset, int count, GenerationSettings settings)
{
    /// <summary>Answers about all clips. Draws nothing, so training goes on as if nothing had happened.</summary>
    /// <param name="step">Optimizer steps taken so far.</param>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="cancellationToken">Stops between two tokens.</param>
    /// <exception cref="InputException">A clip cannot be read.</exception>
    public IReadOnlyList<SampleAnswer> Answer(long step, int epoch, CancellationToken cancellationToken = default)
    {
        ClipSample[] samples =
        [
            .. Enumerable.Range(0, Math.Min(count, dataset.Count))
                .Select(clip => dataset.Read(clip, (ulong)clip, SampleUse.Validation)),
        ];
        try
        {
            return
            [
                .. samples.Zip(generator.Answer(samples, settings, cancellationToken), (sample, answer) =>
                    new SampleAnswer
                    {
                        Step = step,
                        Epoch = epoch,
                        Clip = sample.Name,
                        Task = sample.Task,
                        Instruction = sample.Instruction,
                        Expected = sample.Answer,
                        Answer = answer.Text,
                    }),
            ];
        }
        finally
        {
            foreach (var sample in samples)
                sample.Dispose();
        }
    }
}
