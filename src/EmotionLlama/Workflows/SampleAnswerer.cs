using EmotionLlama.Datasets;
using EmotionLlama.Generation;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Workflows;

/// <summary>Answers about the same few clips again and again, so that people can watch the answers grow.</summary>
/// <param name="generator">The model.</param>
/// <param name="dataset">Where the clips are.</param>
/// <param name="clips">Their places in the data set.</param>
/// <param name="settings">How answers are generated.</param>
public sealed class SampleAnswerer(
    AnswerGenerator generator, MerrDataset dataset, IReadOnlyList<int> clips, GenerationSettings settings)
{
    /// <summary>Answers about all clips. Draws nothing, so training goes on as if nothing had happened.</summary>
    /// <param name="step">Optimizer steps taken so far.</param>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="cancellationToken">Stops between two tokens.</param>
    /// <exception cref="InputException">A clip cannot be read.</exception>
    public IReadOnlyList<SampleAnswer> Answer(long step, int epoch, CancellationToken cancellationToken = default)
    {
        ClipSample[] samples = [.. clips.Select(clip => dataset.Read(clip, (ulong)clip, SampleUse.Validation))];
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
