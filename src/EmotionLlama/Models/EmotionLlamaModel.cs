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
    private readonly ClipProjections _projections;

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
        _projections = new ClipProjections(vision.Channels, ImageTokens, llama.Config.HiddenSize, llama.Device);
        llama.TrainWith(
        [
            .. llama.LoraTensors.Select(parameter => parameter with { Name = LlamaPrefix + parameter.Name }),
            .. _projections.Trained,
        ]);
        TrainableParameters =
            [.. Trained.Parameters.Select(parameter => new NamedTensor(parameter.Name, parameter.Value))];
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
    public IReadOnlyList<NamedTensor> TrainableParameters { get; }

    /// <summary>The same weights as they lie in memory, with their gradients.</summary>
    public FlatParameters Trained => Llama.Trained;

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
        if (batch.EncodedImages is not { } encoded)
            return EncodeImages(batch.Images!);

        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var known = encoded.Send(Device).to(Llama.Dtype);
        if (batch.Images is null)
            return known.alias().MoveToOuterDisposeScope();

        // Those that were known come first; then each goes to its sample's place.
        var (first, second) = (0L, known.shape[0]);
        var places = batch.AreEncoded.Select(isEncoded => isEncoded ? first++ : second++).ToArray();
        return cat([known, EncodeImages(batch.Images)])
            .index_select(0, tensor(places).Send(Device)).MoveToOuterDisposeScope();
    }

    /// <summary>Embeds pictures and features.</summary>
    /// <param name="images"><c>[samples, 3, imageSize, imageSize]</c>.</param>
    /// <param name="features">FaceMAE, VideoMAE and HuBERT vectors <c>[samples, 3, 1024]</c>.</param>
    /// <returns>Image tokens, then the three features, then the class token:
    /// <c>[samples, patches / 4 + 4, hidden]</c>.</returns>
    public Tensor EncodeClips(Tensor images, Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        using var scope = NewDisposeScope();
        Trained.Refresh();
        return _projections.Forward(Prepare(EncodeImages(images), features)).MoveToOuterDisposeScope();
    }

    /// <summary>Embeds a packed row: the tokens' embeddings, with pictures and features inserted.</summary>
    /// <returns><c>[tokens, hidden]</c>.</returns>
    public Tensor Embed(PackedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        Trained.Refresh();
        return Embed(batch, Prepare(EncodeImages(batch), batch.Features), batch.InsertedAt.Send(Device))
            .MoveToOuterDisposeScope();
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
    /// <param name="layerDone">Told each layer of the decoder whose gradients are complete, the last layer first.</param>
    /// <returns>Sum of the cross entropies of all answer tokens, a float32 scalar.</returns>
    public Tensor AccumulateGradients(
        PackedBatch batch,
        double factor,
        bool training = true,
        GradCheckpoint checkpoint = GradCheckpoint.None,
        Action<int>? layerDone = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Trained.Refresh();
        var insertedAt = batch.InsertedAt.Send(Device);
        var clips = Prepare(EncodeImages(batch), batch.Features);
        var (loss, gradient) = Llama.Backpropagate(
            Embed(batch, clips, insertedAt),
            batch.Layout(Device),
            batch.PredictedFrom.Send(Device),
            batch.Targets.Send(Device),
            insertedAt,
            factor,
            training,
            checkpoint,
            layerDone);
        _projections.Backward(gradient.view(clips.Vectors.shape[0], -1, Llama.Config.HiddenSize), clips);
        return loss.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Llama.Dispose();
        Vision.Dispose();
        _visionNormWeight?.Dispose();
        _visionNormBias?.Dispose();
        _projections.Dispose();
    }

    /// <summary>What the projections get of clips: the vision tower's results, normalized, and feature vectors.</summary>
    private ClipInputs Prepare(Tensor encoded, Tensor features) => _projections.Prepare(
        _visionNormWeight is null
            ? encoded
            : functional.layer_norm(
                encoded, [Vision.Channels], _visionNormWeight, _visionNormBias, VisionNormEpsilon),
        features.Send(Device).to(Llama.Dtype));

    private Tensor Embed(PackedBatch batch, ClipInputs clips, Tensor insertedAt) =>
        Llama.Embed(batch.TokenIds.Send(Device))
            .index_copy(0, insertedAt, _projections.Forward(clips).reshape(-1, Llama.Config.HiddenSize));
}
