using EmotionLlama.Configuration;
using EmotionLlama.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Models;

/// <summary>
/// Emotion-LLaMA: a frozen vision tower and five trained projections that turn a picture and three feature vectors into
/// embeddings, inserted between the words of a prompt to a frozen Llama with trained LoRA matrices.
/// </summary>
/// <remarks>Cheng et al., "Emotion-LLaMA: Multimodal Emotion Recognition and Reasoning with Instruction Tuning", 2024.
/// </remarks>
public sealed class EmotionLlamaModel : IDisposable
{
    /// <summary>Channels of a FaceMAE, VideoMAE or HuBERT feature vector.</summary>
    public const int FeatureSize = 1024;

    /// <summary>Feature vectors of a clip: FaceMAE, VideoMAE and HuBERT.</summary>
    public const int FeatureKinds = 3;

    /// <summary>Neighbouring patch tokens that are joined into one image token.</summary>
    public const int PatchesPerToken = 4;

    private const string LlamaPrefix = "llama_model.base_model.model.";
    private const double VisionNormEpsilon = 1e-5;

    private readonly Tensor? _visionNormWeight;
    private readonly Tensor? _visionNormBias;
    private readonly Projection _imageProjection;
    private readonly Projection[] _featureProjections;
    private readonly Projection _classProjection;

    /// <summary>Joins the parts, with fresh projections.</summary>
    /// <param name="llama">The decoder; owned by this model from now on.</param>
    /// <param name="vision">The frozen vision tower; owned by this model from now on.</param>
    /// <param name="visionNorm">Where <c>weight</c> and <c>bias</c> of the layer normalization behind the tower are
    /// found; null leaves that normalization out, for towers that were made without.</param>
    public EmotionLlamaModel(Llama llama, EvaVisionTransformer vision, WeightReader? visionNorm)
    {
        ArgumentNullException.ThrowIfNull(llama);
        ArgumentNullException.ThrowIfNull(vision);
        if (vision.Patches % PatchesPerToken != 0)
        {
            throw new InputException($"{vision.Patches} patches of a picture cannot be joined four by four; "
                + "choose another image_size");
        }

        Llama = llama;
        Vision = vision;
        _visionNormWeight = visionNorm?.Take("weight", vision.Channels);
        _visionNormBias = visionNorm?.Take("bias", vision.Channels);
        var hidden = llama.Config.HiddenSize;
        _imageProjection = new Projection("llama_proj", vision.Channels * PatchesPerToken, hidden, llama.Device);
        _featureProjections = [.. Enumerable.Range(1, 3)
            .Select(i => new Projection($"feats_llama_proj{i}", FeatureSize, hidden, llama.Device))];
        _classProjection = new Projection("cls_tk_llama_proj", vision.Channels, hidden, llama.Device);
    }

    /// <summary>The decoder.</summary>
    public Llama Llama { get; }

    /// <summary>The frozen vision tower.</summary>
    public EvaVisionTransformer Vision { get; }

    /// <summary>Where the model computes.</summary>
    public Device Device => Llama.Device;

    /// <summary>Image tokens of a picture.</summary>
    public int ImageTokens => Vision.Patches / PatchesPerToken;

    /// <summary>Whether the normalization behind the vision tower is there; without it, it is the identity.</summary>
    public bool HasVisionNorm => _visionNormWeight is not null;

    /// <summary>The trained weights under the names of the original checkpoints, in their order there: LoRA matrices,
    /// then projections. All float32 leaves that require gradients.</summary>
    public IReadOnlyList<NamedTensor> TrainableParameters =>
    [
        .. Llama.LoraParameters.Select(parameter => parameter with { Name = LlamaPrefix + parameter.Name }),
        .. _imageProjection.Parameters,
        .. _featureProjections.SelectMany(projection => projection.Parameters),
        .. _classProjection.Parameters,
    ];

    /// <summary>Runs the frozen vision tower, without gradients.</summary>
    /// <param name="images"><c>[samples, 3, imageSize, imageSize]</c>, of any data type and device.</param>
    /// <returns>Class token and patch tokens before the normalization, <c>[samples, 1 + patches, channels]</c>.
    /// </returns>
    public Tensor EncodeImages(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var _ = no_grad();
        using var sent = images.Send(Device);
        using var converted = sent.to(Llama.Dtype);
        return Vision.Forward(converted);
    }

    /// <summary>What the frozen vision tower makes of the pictures of a batch, without gradients. It runs only for
    /// those that no cache holds.</summary>
    /// <returns>As for <see cref="EncodeImages(Tensor)"/>.</returns>
    public Tensor EncodeImages(PackedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Images is { } images && images.shape[0] == batch.EncodedImages.Count)
            return EncodeImages(images);

        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var rows = empty(
            [batch.EncodedImages.Count, 1 + Vision.Patches, Vision.Channels], Llama.Dtype, Device);
        var pixels = batch.Images is null ? null : EncodeImages(batch.Images);
        var next = 0;
        for (var row = 0; row < batch.EncodedImages.Count; row++)
            rows[row].copy_(batch.EncodedImages[row]?.Send(Device) ?? pixels![next++]);

        return rows.MoveToOuterDisposeScope();
    }

    /// <summary>Embeds pictures and features.</summary>
    /// <param name="images"><c>[samples, 3, imageSize, imageSize]</c>.</param>
    /// <param name="features">FaceMAE, VideoMAE and HuBERT vectors <c>[samples, 3, 1024]</c>.</param>
    /// <returns>Image tokens, then the three features, then the class token:
    /// <c>[samples, patches / 4 + 4, hidden]</c>.</returns>
    public Tensor EncodeClips(Tensor images, Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        using var encoded = EncodeImages(images);
        return Project(encoded, features);
    }

    /// <summary>Joins what the vision tower made of pictures with features.</summary>
    private Tensor Project(Tensor encoded, Tensor features)
    {
        using var scope = NewDisposeScope();
        var normed = _visionNormWeight is null
            ? encoded
            : functional.layer_norm(
                encoded, [Vision.Channels], _visionNormWeight, _visionNormBias, VisionNormEpsilon);
        var classToken = _classProjection.Forward(normed.narrow(1, 0, 1));
        var joined = normed.narrow(1, 1, Vision.Patches)
            .reshape(-1, ImageTokens, Vision.Channels * PatchesPerToken);
        var imageTokens = _imageProjection.Forward(joined);
        var vectors = features.Send(Device).to(Llama.Dtype);
        var featureTokens = stack(
            _featureProjections.Select((projection, i) => projection.Forward(vectors.select(1, i))), 1);
        return cat([imageTokens, featureTokens, classToken], 1).MoveToOuterDisposeScope();
    }

    /// <summary>Embeds a packed row: the tokens' embeddings, with pictures and features inserted.</summary>
    /// <returns><c>[tokens, hidden]</c>.</returns>
    public Tensor Embed(PackedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var words = Llama.Embed(batch.TokenIds.Send(Device));
        var inserted = Project(EncodeImages(batch), batch.Features).reshape(-1, Llama.Config.HiddenSize);
        return words.index_copy(0, batch.InsertedAt.Send(Device), inserted).MoveToOuterDisposeScope();
    }

    /// <summary>Sum of the cross entropies of all answer tokens of a batch, without dropout and gradients.</summary>
    /// <param name="batch">The samples, with answers.</param>
    /// <returns>A float32 scalar; divide it by the answer tokens for a mean.</returns>
    public Tensor LossSum(PackedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var hidden = Llama.Forward(Embed(batch), batch.Layout(Device), batch.PredictedFrom.Send(Device));
        return Operators.CrossEntropySum(Llama.Logits(hidden), batch.Targets.Send(Device)).MoveToOuterDisposeScope();
    }

    /// <summary>Adds the gradients of a batch's loss to those of the trained weights.</summary>
    /// <param name="batch">The samples, with answers.</param>
    /// <param name="factor">What the sum of the cross entropies is multiplied by, for the gradients: 1 / answer tokens
    /// for their mean.</param>
    /// <param name="training">Whether dropout is on.</param>
    /// <param name="checkpoint">Which activations are computed again instead of being kept.</param>
    /// <returns>Sum of the cross entropies of all answer tokens, a float32 scalar.</returns>
    public Tensor AccumulateGradients(
        PackedBatch batch,
        double factor,
        bool training = true,
        GradCheckpoint checkpoint = GradCheckpoint.None)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var embeddings = Embed(batch);
        var (loss, gradient) = Llama.Backpropagate(
            embeddings.detach(),
            batch.Layout(Device),
            batch.PredictedFrom.Send(Device),
            batch.Targets.Send(Device),
            factor,
            training,
            checkpoint);
        autograd.backward([embeddings], [gradient]);
        return loss.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Llama.Dispose();
        Vision.Dispose();
        _visionNormWeight?.Dispose();
        _visionNormBias?.Dispose();
        _imageProjection.Dispose();
        foreach (var projection in _featureProjections)
            projection.Dispose();

        _classProjection.Dispose();
    }
}
