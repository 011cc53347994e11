using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>The five trained projections that turn what frozen encoders make of a clip into embeddings: neighbouring
/// patches of its picture, its three feature vectors, and the picture's class token.</summary>
internal sealed class ClipProjections : IDisposable
{
    private readonly int _imageTokens;
    private readonly Projection _image;
    private readonly Projection[] _features;
    private readonly Projection _class;

    /// <summary>Creates the projections with fresh weights.</summary>
    /// <param name="channels">Channels of the vision tower.</param>
    /// <param name="imageTokens">Image tokens of a picture.</param>
    /// <param name="hidden">Channels of the Llama.</param>
    /// <param name="device">Where the weights go.</param>
    public ClipProjections(long channels, int imageTokens, long hidden, Device device)
    {
        _imageTokens = imageTokens;
        _image = new Projection("llama_proj", channels * EmotionLlamaModel.PatchesPerToken, hidden, device);
        _features = [.. Enumerable.Range(1, EmotionLlamaModel.FeatureKinds)
            .Select(i => new Projection($"feats_llama_proj{i}", EmotionLlamaModel.FeatureSize, hidden, device))];
        _class = new Projection("cls_tk_llama_proj", channels, hidden, device);
    }

    /// <summary>Weights and biases in the order of the checkpoints.</summary>
    public IEnumerable<TrainedParameter> Trained => All.SelectMany(projection => projection.Trained);

    private IEnumerable<Projection> All => [_image, .. _features, _class];

    /// <summary>Lays the frozen encoders' results out as the projections take them.</summary>
    /// <param name="encoded">Class token and patch tokens, <c>[samples, 1 + patches, channels]</c>.</param>
    /// <param name="vectors">FaceMAE, VideoMAE and HuBERT vectors <c>[samples, 3, 1024]</c>, of the same data type.</param>
    public ClipInputs Prepare(Tensor encoded, Tensor vectors)
    {
        var patches = encoded.shape[1] - 1;
        return new(
            encoded.narrow(1, 1, patches).reshape(encoded.shape[0], _imageTokens, -1), vectors, encoded.select(1, 0));
    }

    /// <summary>Projects clips.</summary>
    /// <returns>Image tokens, then the three features, then the class token: <c>[samples, tokens + 4, hidden]</c>.
    /// </returns>
    public Tensor Forward(ClipInputs inputs) => cat(
        [
            _image.Forward(inputs.Patches),
            .. _features.Select((projection, i) => projection.Forward(inputs.Vectors.narrow(1, i, 1))),
            _class.Forward(inputs.ClassTokens).unsqueeze(1),
        ],
        1);

    /// <summary>Adds the gradients of all projections to theirs.</summary>
    /// <param name="gradient">Gradient of the output, <c>[samples, tokens + 4, hidden]</c>.</param>
    /// <param name="inputs">What they projected.</param>
    public void Backward(Tensor gradient, ClipInputs inputs)
    {
        _image.Backward(gradient.narrow(1, 0, _imageTokens).flatten(0, 1), inputs.Patches.flatten(0, 1));
        foreach (var (i, projection) in _features.Index())
            projection.Backward(gradient.select(1, _imageTokens + i), inputs.Vectors.select(1, i));

        _class.Backward(gradient.select(1, _imageTokens + _features.Length), inputs.ClassTokens);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var projection in All)
            projection.Dispose();
    }
}
