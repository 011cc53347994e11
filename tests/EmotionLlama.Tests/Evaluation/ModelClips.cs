using EmotionLlama.Datasets;
using EmotionLlama.Tests.Generation;

namespace EmotionLlama.Tests.Evaluation;

/// <summary>A data set of clips with random pictures and features, one for each emotion given.</summary>
internal sealed class ModelClips(TinyModel model, params Emotion[] emotions) : IClipDataset
{
    public string Name => "clips";

    public int Count => emotions.Length;

    /// <summary>The places that were read, with what for, in order.</summary>
    public List<(int Index, SampleUse Use)> Reads { get; } = [];

    public ClipAnnotation this[int index] => new($"clip {new string('i', index)}", 30, emotions[index], 0);

    public ClipSample Read(int index, ulong drawSeed, SampleUse use)
    {
        Reads.Add((index, use));
        return model.Clip(this[index].Name, "the voice") with { Emotion = emotions[index] };
    }
}
