using EmotionLlama.Checkpoints;
using EmotionLlama.Datasets;
using static TorchSharp.torch;

namespace EmotionLlama.Verification;

/// <summary>The reference's samples.</summary>
internal sealed class ReferenceSamples : IDisposable
{
    private readonly List<ClipSample> _clips = [];

    /// <summary>Number of samples.</summary>
    public int Count => _clips.Count;

    /// <summary>A sample.</summary>
    /// <exception cref="InputException">There is no such sample.</exception>
    public ClipSample this[int index] => index >= 0 && index < _clips.Count
        ? _clips[index]
        : throw new InputException($"expected.json names sample {index}, but there are only {_clips.Count} samples");

    /// <summary>All pictures, <c>[samples, 3, image, image]</c>.</summary>
    public Tensor Images => stack(_clips.Select(clip => clip.Image));

    /// <summary>All feature vectors, <c>[samples, 3, 1024]</c>.</summary>
    public Tensor Features => stack(_clips.Select(clip => clip.Features));

    /// <summary>Reads the samples of a folder.</summary>
    /// <exception cref="InputException">A file is missing, or there are not as many texts as pictures.</exception>
    public static ReferenceSamples Read(ReferenceFolder folder)
    {
        var texts = folder.ReadJson<List<Text>>("samples.json");
        using var scope = NewDisposeScope();
        using var file = WeightSources.Open(folder.Find("samples.safetensors"));
        var (images, features) = (file.Read("image"), file.Read("video_features"));
        if (images.shape[0] != texts.Count || features.shape[0] != texts.Count)
        {
            throw new InputException($"{file.Location}: has {images.shape[0]} pictures and {features.shape[0]} "
                + $"features for the {texts.Count} texts of samples.json");
        }

        var samples = new ReferenceSamples();
        for (var i = 0; i < texts.Count; i++)
        {
            samples._clips.Add(new ClipSample
            {
                Name = $"sample {i}",
                Emotion = Emotion.Neutral,
                Task = "reference",
                Image = images[i].clone().DetachFromDisposeScope(),
                Features = features[i].clone().DetachFromDisposeScope(),
                Instruction = texts[i].InstructionInput,
                Answer = texts[i].Answer,
            });
        }

        return samples;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var clip in _clips)
            clip.Dispose();
    }

    private sealed record Text
    {
        public required string InstructionInput { get; init; }

        public required string Answer { get; init; }
    }
}
