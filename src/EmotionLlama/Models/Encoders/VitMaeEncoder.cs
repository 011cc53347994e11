using EmotionLlama.Media;
using EmotionLlama.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Models.Encoders;

/// <summary>
/// The encoder of a ViT-MAE over all patches of a picture, in their order: the face encoder of Emotion-LLaMA. A clip's
/// feature is the class token, averaged over the frames.
/// </summary>
/// <remarks>He et al., "Masked Autoencoders Are Scalable Vision Learners", 2021. Weight names are those of the Hugging
/// Face checkpoints.</remarks>
public sealed class VitMaeEncoder : IDisposable
{
    private readonly Tensor _classToken;
    private readonly Tensor _positions;
    private readonly Tensor _patchWeight;
    private readonly Tensor _patchBias;
    private readonly VisionEncoderLayer[] _layers;
    private readonly LayerNorm _norm;

    /// <summary>Builds the encoder from its weights.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="weights">Where the weights are found, with the device and data type they get.</param>
    /// <exception cref="InputException">A weight is missing or has another shape.</exception>
    public VitMaeEncoder(VitMaeConfig config, WeightReader weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(weights);
        EncoderTensors.Check(weights, "ViT-MAE", EncoderTensors.Of(config));
        Config = config;
        Device = weights.Device;
        Dtype = weights.Dtype;
        long hidden = config.HiddenSize, patch = config.PatchSize;
        _classToken = weights.Take("embeddings.cls_token", 1, 1, hidden);
        _positions = weights.Take("embeddings.position_embeddings", 1, config.PatchesPerImage + 1, hidden);
        _patchWeight = weights.Take("embeddings.patch_embeddings.projection.weight", hidden, 3, patch, patch);
        _patchBias = weights.Take("embeddings.patch_embeddings.projection.bias", hidden);
        _layers = [.. Enumerable.Range(0, config.Layers)
            .Select(i => new VisionEncoderLayer(config, weights.Under($"encoder.layer.{i}.")))];
        _norm = new LayerNorm(weights.Under("layernorm."), hidden, config.NormEpsilon);
    }

    /// <summary>Sizes.</summary>
    public VitMaeConfig Config { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device { get; }

    /// <summary>Data type of the weights and of the arithmetic.</summary>
    public ScalarType Dtype { get; }

    /// <summary>Encodes pictures.</summary>
    /// <param name="images"><c>[batch, 3, imageSize, imageSize]</c> from 0 to 1, on any device and of any data type.
    /// </param>
    /// <returns>The class token, then the patch tokens: <c>[batch, 1 + patches, hidden]</c>.</returns>
    /// <exception cref="ArgumentException">The pictures have another shape.</exception>
    public Tensor Forward(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.shape is not [_, 3, var height, var width] || height != Config.ImageSize || width != height)
        {
            throw new ArgumentException($"expected pictures [batch, 3, {Config.ImageSize}, {Config.ImageSize}], not "
                + $"[{string.Join(", ", images.shape)}]", nameof(images));
        }

        using var _ = no_grad();
        using var scope = NewDisposeScope();
        long[] step = [Config.PatchSize, Config.PatchSize];
        var patches = functional.conv2d(images.to(Dtype, Device), _patchWeight, _patchBias, strides: step)
            .flatten(2).transpose(1, 2);
        var hidden = cat([_classToken.expand(images.shape[0], -1, -1), patches], 1).Plus(_positions);
        foreach (var layer in _layers)
        {
            using var input = hidden;
            hidden = layer.Forward(input);
        }

        return _norm.Forward(hidden).MoveToOuterDisposeScope();
    }

    /// <summary>The feature of a clip: the class tokens of its faces, averaged.</summary>
    /// <param name="faces">The face in each frame, at least one, read one batch at a time; any size.</param>
    /// <param name="batchSize">Faces that go through the encoder together.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns><c>[hidden]</c></returns>
    /// <exception cref="InputException">There is no face.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public float[] Encode(
        IEnumerable<RgbImage> faces, int batchSize = 32, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        var processor = ImageProcessor.ForEncoders(Config.ImageSize);
        using var mean = new FeatureMean(Config.HiddenSize);
        foreach (var batch in faces.Chunk(batchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            mean.Add(Faces(stack(batch.Select(processor.Process))));
        }

        return mean.Count > 0 ? mean.ToArray() : throw new InputException("no face to encode: the clip has no frame");
    }

    /// <summary>The class tokens of pictures that are prepared already.</summary>
    /// <param name="images"><c>[batch, 3, imageSize, imageSize]</c> from 0 to 1.</param>
    /// <returns><c>[batch, hidden]</c></returns>
    internal Tensor Faces(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Forward(images).select(1, 0).clone().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in (IDisposable[])[_classToken, _positions, _patchWeight, _patchBias, .. _layers, _norm])
            part.Dispose();
    }
}
