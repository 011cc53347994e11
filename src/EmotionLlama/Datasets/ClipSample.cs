using static TorchSharp.torch;

namespace EmotionLlama.Datasets;

/// <summary>One clip as the model sees it: a picture, three feature vectors, an instruction and the answer.</summary>
public sealed record ClipSample : IDisposable
{
    /// <summary>The clip's name in the annotations.</summary>
    public required string Name { get; init; }

    /// <summary>The labelled emotion.</summary>
    public required Emotion Emotion { get; init; }

    /// <summary>The task that was drawn for this reading of the clip, such as <c>reason_v2</c>.</summary>
    public required string Task { get; init; }

    /// <summary>The frame, resized and normalized: <c>[3, imageSize, imageSize]</c>, float32 on the CPU. Where
    /// <see cref="IsEncoded"/> is true, what the frozen vision tower makes of it: <c>[1 + patches, channels]</c>, in the
    /// tower's data type, on the CPU.</summary>
    public required Tensor Image { get; init; }

    /// <summary>Whether <see cref="Image"/> is the vision tower's output, from a cache, in place of pixels.</summary>
    public bool IsEncoded { get; init; }

    /// <summary>FaceMAE, VideoMAE and HuBERT utterance features, in this order: <c>[3, 1024]</c>, float32 on the
    /// CPU. A withheld feature is a row of zeros.</summary>
    public required Tensor Features { get; init; }

    /// <summary>The instruction with its <c>&lt;VideoHere&gt;</c> and <c>&lt;FeatureHere&gt;</c> marks, before the chat
    /// template is put around it.</summary>
    public required string Instruction { get; init; }

    /// <summary>The answer to learn; empty in testing.</summary>
    public required string Answer { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Image.Dispose();
        Features.Dispose();
    }
}
