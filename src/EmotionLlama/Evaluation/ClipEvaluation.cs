using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Generation;

namespace EmotionLlama.Evaluation;

/// <summary>Asks the model about every clip of a data set, and reads the emotion out of its answers.</summary>
public static class ClipEvaluation
{
    /// <summary>Answers clips batch by batch, in the order of the data set.</summary>
    /// <param name="generator">The model.</param>
    /// <param name="dataset">The clips, with their labels.</param>
    /// <param name="batchSize">Clips answered at once.</param>
    /// <param name="settings">How answers are generated.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="InputException">A clip cannot be read.</exception>
    public static IEnumerable<ClipPrediction> Predict(
        AnswerGenerator generator,
        IClipDataset dataset,
        int batchSize,
        GenerationSettings settings,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(dataset);
        foreach (var indexes in Enumerable.Range(0, dataset.Count).Chunk(batchSize))
        {
            ClipSample[] clips = [.. indexes.Select(index => dataset.Read(index, (ulong)index, SampleUse.Testing))];
            try
            {
                foreach (var (clip, answer) in clips.Zip(generator.Answer(clips, settings, cancellationToken)))
                {
                    yield return ClipPrediction.Of(clip.Name, clip.Emotion, answer.Text);
                }
            }
            finally
            {
                foreach (var clip in clips)
                    clip.Dispose();
            }
        }
    }

    /// <summary>The scores of predictions.</summary>
    /// <param name="predictions">The predictions.</param>
    /// <param name="scheme">The labels of the test set.</param>
    public static ClassificationReport Score(
        IEnumerable<ClipPrediction> predictions, LabelScheme scheme = LabelScheme.Merr)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        return ClassificationReport.From(
            predictions.Select(prediction => (prediction.Label, prediction.Predicted)), scheme);
    }
}
