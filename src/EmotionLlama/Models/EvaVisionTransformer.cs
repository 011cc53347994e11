using EmotionLlama.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Models;

/// <summary>
/// The EVA vision transformer: square patches, a class token, learned positions, and blocks of attention and
/// feed-forward with layer normalization before each. The last block's output is not normalized here.
/// </summary>
/// <remarks>Fang et al., "EVA: Exploring the Limits of Masked Visual Representation Learning at Scale", 2022. Sizes are
/// read from the weights; ViT-g has 39 blocks of 1,408 channels and patches of 14 pixels.</remarks>
public sealed class EvaVisionTransformer : IDisposable
{
    /// <summary>Blocks beyond these are left out: the published file holds one more than the original uses.</summary>
    internal const int MostBlocks = 39;

    private const double NormEpsilon = 1e-6;

    /// <summary>Channels of an attention head, where nothing else is said.</summary>
    internal const int ChannelsPerHead = 88;

    private readonly Tensor _patchWeight;
    private readonly Tensor _patchBias;
    private readonly Tensor _classToken;
    private readonly Tensor _positions;
    private readonly Block[] _blocks;
    private long _encoded;

    /// <summary>Builds the tower from its weights.</summary>
    /// <param name="weights">Where the weights are found, with the device and data type they get. Blocks beyond 39,
    /// which the published file has, are left out, as the original does.</param>
    /// <param name="imageSize">Height and width of the pictures in pixels; position embeddings made for another size
    /// are interpolated bicubically.</param>
    /// <param name="heads">Attention heads; null takes one per 88 channels, as ViT-g has.</param>
    /// <exception cref="InputException">A weight is missing or has another shape, or the image size does not suit.
    /// </exception>
    public EvaVisionTransformer(WeightReader weights, int imageSize, int? heads = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var sizes = VisionSizes.Of(weights, imageSize);
        Channels = sizes.Channels;
        PatchSize = sizes.PatchSize;
        ImageSize = imageSize;
        Patches = sizes.Patches;
        if (heads is null && Channels % ChannelsPerHead != 0)
            throw new InputException($"a vision tower of {Channels} channels needs the key model.vit_num_heads");

        Heads = heads ?? Channels / ChannelsPerHead;
        if (Channels % Heads != 0)
            throw new InputException($"vit_num_heads {Heads} does not divide the vision tower's {Channels} channels");

        _patchWeight = weights.Take("patch_embed.proj.weight", Channels, 3, PatchSize, PatchSize);
        _patchBias = weights.Take("patch_embed.proj.bias", Channels);
        _classToken = weights.Take("cls_token", 1, 1, Channels);
        _positions = ReadPositions(weights);
        var blocks = Enumerable.Range(0, MostBlocks).TakeWhile(i => weights.Has($"blocks.{i}.norm1.weight")).Count();
        _blocks = [.. Enumerable.Range(0, blocks)
            .Select(i => new Block(weights.Under($"blocks.{i}."), Channels, Heads))];
    }

    /// <summary>Channels of a token.</summary>
    public int Channels { get; }

    /// <summary>Attention heads.</summary>
    public int Heads { get; }

    /// <summary>Blocks.</summary>
    public int Blocks => _blocks.Length;

    /// <summary>Height and width of a patch in pixels.</summary>
    public int PatchSize { get; }

    /// <summary>Height and width of the pictures in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>Patches of a picture.</summary>
    public int Patches { get; }

    /// <summary>Pictures that were encoded since the tower was built. What a cache saves shows here.</summary>
    public long PicturesEncoded => Interlocked.Read(ref _encoded);

    /// <summary>All weights under their names in the checkpoint.</summary>
    public IEnumerable<NamedTensor> Weights =>
    [
        new("cls_token", _classToken),
        new("pos_embed", _positions),
        new("patch_embed.proj.weight", _patchWeight),
        new("patch_embed.proj.bias", _patchBias),
        .. _blocks.SelectMany((block, i) =>
            block.Weights.Select(weight => new NamedTensor($"blocks.{i}.{weight.Name}", weight.Value))),
    ];

    /// <summary>Encodes pictures.</summary>
    /// <param name="images"><c>[batch, 3, imageSize, imageSize]</c>, in the data type of the weights.</param>
    /// <returns>The class token, then the patch tokens: <c>[batch, 1 + patches, channels]</c>.</returns>
    public Tensor Forward(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        Interlocked.Add(ref _encoded, images.size(0));
        using var scope = NewDisposeScope();
        var patches = functional.conv2d(images, _patchWeight, _patchBias, strides: [PatchSize, PatchSize])
            .flatten(2).transpose(1, 2);
        var tokens = cat([_classToken.expand(images.size(0), -1, -1), patches], 1).Plus(_positions);
        var stream = new ResidualStream(tokens.view(-1, Channels), Added: null);
        using var room = _blocks is [var first, ..]
            ? EncoderRoom.For(stream.Sum, images.size(0), Heads, first.InnerChannels)
            : null;
        foreach (var block in _blocks)
            stream = block.Forward(stream, images.size(0), room);

        var hidden = stream.Added is null ? stream.Sum : stream.Sum.Plus(stream.Added);
        return hidden.view(images.size(0), 1 + Patches, Channels).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, value) in Weights)
            value.Dispose();

        foreach (var block in _blocks)
            block.Dispose();
    }

    private Tensor ReadPositions(WeightReader weights)
    {
        var stored = weights.ShapeOf("pos_embed") is [1, > 1 and var tokens, _]
            ? tokens - 1
            : throw new InputException($"{weights.Location}: tensor 'pos_embed' has the shape "
                + $"[{string.Join(", ", weights.ShapeOf("pos_embed"))}], expected [1, 1 + patches, {Channels}]");
        if (stored == Patches)
            return weights.Take("pos_embed", 1, stored + 1, Channels);

        var side = (long)Math.Round(Math.Sqrt(stored));
        if (side * side != stored)
        {
            throw new InputException($"{weights.Location}: 'pos_embed' holds the positions of {stored} patches, which "
                + $"form no square and cannot be fitted to image_size {ImageSize}");
        }

        // In float32 whatever the model's precision: the file's values are rounded once, when they are done.
        using var scope = NewDisposeScope();
        using var positions = weights.AtOnce().As(ScalarType.Float32).Take("pos_embed", 1, stored + 1, Channels);
        var target = ImageSize / PatchSize;
        var grid = positions.narrow(1, 1, stored).reshape(1, side, side, Channels).permute(0, 3, 1, 2);
        var resized = functional.interpolate(
            grid, size: [target, target], mode: InterpolationMode.Bicubic, align_corners: false);
        var joined = cat([positions.narrow(1, 0, 1), resized.permute(0, 2, 3, 1).flatten(1, 2)], 1);
        return joined.to(weights.Dtype).DetachFromDisposeScope();
    }

    /// <summary>One transformer block.</summary>
    private sealed class Block : IDisposable
    {
        private readonly int _heads;
        private readonly Tensor _norm1Weight, _norm1Bias, _norm2Weight, _norm2Bias;
        private readonly Tensor _qkvWeight, _qkvBias, _qBias, _vBias;
        private readonly Tensor _projWeight, _projBias;
        private readonly Tensor _fc1Weight, _fc1Bias, _fc2Weight, _fc2Bias;

        public Block(WeightReader weights, long channels, int heads)
        {
            _heads = heads;
            var inner = weights.ShapeOf("mlp.fc1.weight")[0];
            InnerChannels = inner;
            _norm1Weight = weights.Take("norm1.weight", channels);
            _norm1Bias = weights.Take("norm1.bias", channels);
            _qkvWeight = weights.Take("attn.qkv.weight", 3 * channels, channels);

            // Only queries and values have a bias in EVA; those of the keys stay zero.
            _qkvBias = zeros([3 * channels], weights.Dtype, weights.Device).DetachFromDisposeScope();
            _qBias = _qkvBias.narrow(0, 0, channels).DetachFromDisposeScope();
            _vBias = _qkvBias.narrow(0, 2 * channels, channels).DetachFromDisposeScope();
            weights.Into("attn.q_bias", _qBias);
            weights.Into("attn.v_bias", _vBias);
            _projWeight = weights.Take("attn.proj.weight", channels, channels);
            _projBias = weights.Take("attn.proj.bias", channels);
            _norm2Weight = weights.Take("norm2.weight", channels);
            _norm2Bias = weights.Take("norm2.bias", channels);
            _fc1Weight = weights.Take("mlp.fc1.weight", inner, channels);
            _fc1Bias = weights.Take("mlp.fc1.bias", inner);
            _fc2Weight = weights.Take("mlp.fc2.weight", channels, inner);
            _fc2Bias = weights.Take("mlp.fc2.bias", channels);
        }

        public IEnumerable<(string Name, Tensor Value)> Weights =>
        [
            ("norm1.weight", _norm1Weight), ("norm1.bias", _norm1Bias),
            ("attn.q_bias", _qBias), ("attn.v_bias", _vBias), ("attn.qkv.weight", _qkvWeight),
            ("attn.proj.weight", _projWeight), ("attn.proj.bias", _projBias),
            ("norm2.weight", _norm2Weight), ("norm2.bias", _norm2Bias),
            ("mlp.fc1.weight", _fc1Weight), ("mlp.fc1.bias", _fc1Bias),
            ("mlp.fc2.weight", _fc2Weight), ("mlp.fc2.bias", _fc2Bias),
        ];

        public long InnerChannels { get; }

        public ResidualStream Forward(ResidualStream x, long pictures, EncoderRoom? room)
        {
            // What a room holds stays there.
            if (room is not null)
                return Compute(x, pictures, room);

            // Let go of block by block: together their outputs are many times the size of the result.
            using var scope = NewDisposeScope();
            var result = Compute(x, pictures, room: null).MoveToOuterDisposeScope();
            x.Sum.Dispose();
            x.Added?.Dispose();
            return result;
        }

        public void Dispose() => _qkvBias.Dispose();

        private ResidualStream Compute(ResidualStream x, long pictures, EncoderRoom? room)
        {
            var (sum, normed) = EncoderOperators.AddLayerNorm(
                x.Sum, x.Added, _norm1Weight, _norm1Bias, NormEpsilon, room);
            var rows = EncoderOperators.Linear(normed, _qkvWeight, QkvBias(), room?.QueryKeyValue);
            using var attended = EncoderOperators.Attention(rows, pictures, _heads, room);
            var added = EncoderOperators.Linear(attended, _projWeight, _projBias, room?.Added);
            (sum, normed) = EncoderOperators.AddLayerNorm(sum, added, _norm2Weight, _norm2Bias, NormEpsilon, room);
            var inner = EncoderOperators.Gelu(
                EncoderOperators.Linear(normed, _fc1Weight, _fc1Bias, room?.Inner), room);
            return new ResidualStream(sum, EncoderOperators.Linear(inner, _fc2Weight, _fc2Bias, room?.Added));
        }

        /// <summary>The joined bias; where its parts are trained, joined anew, so that gradients reach them.</summary>
        private Tensor QkvBias() =>
            _qBias.requires_grad ? cat([_qBias, zeros_like(_qBias), _vBias]) : _qkvBias;
    }
}
