using EmotionLlama.Checkpoints;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

/// <summary>The vision tower.</summary>
public sealed class EvaVisionTransformerTests
{
    private const int Channels = TinyModels.VisionChannels;

    [Fact]
    public void It_computes_what_the_formulas_of_a_pre_norm_transformer_say()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var source = TinyModels.VisionWeights(blocks: 1);
        using var tower = Create(source, TinyModels.ImageSize);
        var image = TinyModels.Normal([1, 3, TinyModels.ImageSize, TinyModels.ImageSize], 1, 41);

        Assert.InRange(TinyModels.Distance(ByHand(source, image[0]), tower.Forward(image)[0]), 0, 1e-4);
    }

    [Fact]
    public void Positions_made_for_the_same_picture_size_are_taken_as_they_are()
    {
        using var scope = NewDisposeScope();
        var source = TinyModels.VisionWeights();
        using var tower = Create(source, TinyModels.ImageSize);

        Assert.Equal(4, tower.Patches);
        Assert.Equal(0, TinyModels.Distance(source.Read("pos_embed"), PositionsOf(tower)));
    }

    [Fact]
    public void Positions_of_another_size_are_interpolated_and_the_class_tokens_stays()
    {
        using var scope = NewDisposeScope();
        var source = TinyModels.VisionWeights();
        var stored = source.Read("pos_embed");
        using var tower = Create(source, 4 * TinyModels.PatchSize);

        var resized = PositionsOf(tower);

        Assert.Equal([1, 1 + 16, Channels], resized.shape);
        Assert.Equal(0, TinyModels.Distance(stored[.., ..1], resized[.., ..1]));
        foreach (var (small, large) in new[] { (0, 0), (1, 3), (2, 12), (3, 15) })
        {
            // The corner of the large grid is close to its own corner of the small one, and to no other.
            var corner = resized[0, 1 + large];
            var distances = Enumerable.Range(0, 4).Select(i => TinyModels.Distance(stored[0, 1 + i], corner)).ToList();
            Assert.Equal(small, distances.IndexOf(distances.Min()));
        }
    }

    [Fact]
    public void Mirrored_positions_are_interpolated_to_mirrored_positions()
    {
        using var scope = NewDisposeScope();
        using var tower = Create(TinyModels.VisionWeights(), 4 * TinyModels.PatchSize);
        using var mirrored = Create(
            Change(TinyModels.VisionWeights(), "pos_embed", stored => cat([stored[.., ..1], Mirror(stored, 2)], 1)),
            4 * TinyModels.PatchSize);

        Assert.InRange(TinyModels.Distance(Mirror(PositionsOf(tower), 4), PositionsOf(mirrored)[.., 1..]), 0, 1e-6);

        static Tensor Mirror(Tensor positions, long side) =>
            positions[.., 1..].reshape(1, side, side, Channels).flip(2).flatten(1, 2);
    }

    [Fact]
    public void A_fortieth_block_is_left_out()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var published = Create(Small(blocks: 40), imageSize: 4);
        using var cut = Create(Small(blocks: 39), imageSize: 4);
        var image = TinyModels.Normal([1, 3, 4, 4], 1, 42);

        Assert.DoesNotContain("blocks.39.norm1.bias", published.Weights.Select(weight => weight.Name));
        Assert.Contains("blocks.38.norm1.bias", published.Weights.Select(weight => weight.Name));
        Assert.Equal(0, TinyModels.Distance(cut.Forward(image), published.Forward(image)));

        static IWeightSource Small(int blocks) =>
            RandomWeights.ForVision(4, 4, blocks, patchSize: 2, imageSize: 4, seed: 1);
    }

    [Fact]
    public void Heads_have_88_channels_unless_told_otherwise()
    {
        using var tower = new EvaVisionTransformer(
            Read(RandomWeights.ForVision(176, 8, blocks: 1, patchSize: 2, imageSize: 4, seed: 1)), imageSize: 4);

        Assert.Equal(2, tower.Heads);
        var weights = TinyModels.VisionWeights();
        Assert.Contains("model.vit_num_heads", Fails(weights, heads: null), StringComparison.Ordinal);
        Assert.Contains("vit_num_heads 3", Fails(weights, heads: 3), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(7)]
    public void A_picture_size_that_is_no_multiple_of_the_patches_is_an_error(int imageSize) =>
        Assert.Contains(
            $"image_size {imageSize}", Fails(TinyModels.VisionWeights(), imageSize), StringComparison.Ordinal);

    [Fact]
    public void Patches_that_cannot_be_joined_four_by_four_are_an_error() =>
        Assert.Contains(
            "9 patches", Fails(TinyModels.VisionWeights(), 3 * TinyModels.PatchSize), StringComparison.Ordinal);

    [Fact]
    public void A_missing_weight_is_an_error_with_file_and_name()
    {
        using var weights = Change(TinyModels.VisionWeights(), "", weight => weight);

        var message = Fails(new RenamedWeights(weights, name => name == "blocks.1.attn.v_bias" ? null : name));

        Assert.StartsWith("eva.pth: ", message, StringComparison.Ordinal);
        Assert.Contains("blocks.1.attn.v_bias", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_weight_of_another_shape_is_an_error_with_file_name_and_both_shapes()
    {
        using var weights = Change(TinyModels.VisionWeights(), "blocks.0.mlp.fc2.bias", weight => weight[..5]);

        Assert.Equal(
            "eva.pth: tensor 'blocks.0.mlp.fc2.bias' has the shape [5], expected [16]", Fails(weights));
    }

    [Fact]
    public void Positions_that_form_no_square_cannot_be_interpolated()
    {
        using var weights = Change(TinyModels.VisionWeights(), "pos_embed", stored => stored[.., ..4]);

        var message = Fails(weights, imageSize: 4 * TinyModels.PatchSize);

        Assert.StartsWith("eva.pth: ", message, StringComparison.Ordinal);
        Assert.Contains("pos_embed", message, StringComparison.Ordinal);
    }

    private static WeightReader Read(IWeightSource source) => new(source, CPU, ScalarType.Float32);

    private static EvaVisionTransformer Create(IWeightSource source, int imageSize) =>
        new(Read(source), imageSize, heads: 2);

    private static string Fails(IWeightSource source, int imageSize = TinyModels.ImageSize, int? heads = 2) =>
        Assert.Throws<InputException>(() => new EvaVisionTransformer(Read(source), imageSize, heads)).Message;

    private static Tensor PositionsOf(EvaVisionTransformer tower) =>
        tower.Weights.Single(weight => weight.Name == "pos_embed").Value;

    private static InMemoryWeights Change(IWeightSource source, string changed, Func<Tensor, Tensor> change)
    {
        var weights = new InMemoryWeights("eva.pth");
        foreach (var name in source.Names)
        {
            using var scope = NewDisposeScope();
            var weight = source.Read(name);
            weights.Add(name, name == changed ? change(weight).clone() : weight.clone());
        }

        return weights;
    }

    /// <summary>One picture through one block, head by head and token by token.</summary>
    private static Tensor ByHand(IWeightSource source, Tensor image)
    {
        Tensor Weight(string name) => source.Read(name);
        var kernel = Weight("patch_embed.proj.weight").flatten(1);
        var patches = new List<Tensor> { Weight("cls_token")[0, 0] };
        for (var y = 0; y < TinyModels.ImageSize; y += TinyModels.PatchSize)
        {
            for (var x = 0; x < TinyModels.ImageSize; x += TinyModels.PatchSize)
            {
                var patch = image[.., y..(y + TinyModels.PatchSize), x..(x + TinyModels.PatchSize)].flatten();
                patches.Add(kernel.mv(patch) + Weight("patch_embed.proj.bias"));
            }
        }

        var tokens = stack(patches) + Weight("pos_embed")[0];
        var normed = Norm(tokens, "norm1");
        var bias = cat([Weight("blocks.0.attn.q_bias"), zeros(Channels), Weight("blocks.0.attn.v_bias")]);
        var mapped = normed.mm(Weight("blocks.0.attn.qkv.weight").t()) + bias;
        var heads = Enumerable.Range(0, TinyModels.VisionHeads).Select(head =>
        {
            const int size = Channels / TinyModels.VisionHeads;
            var (query, key, value) = (Part(0), Part(1), Part(2));
            return (query.mm(key.t()) / Math.Sqrt(size)).softmax(-1).mm(value);

            Tensor Part(int i) => mapped.narrow(1, (i * Channels) + (head * size), size);
        });
        var attended = cat([.. heads], 1);
        tokens += attended.mm(Weight("blocks.0.attn.proj.weight").t()) + Weight("blocks.0.attn.proj.bias");

        var inner = Norm(tokens, "norm2").mm(Weight("blocks.0.mlp.fc1.weight").t()) + Weight("blocks.0.mlp.fc1.bias");
        var gelu = inner * 0.5 * (1 + (inner / Math.Sqrt(2)).erf());
        return tokens + gelu.mm(Weight("blocks.0.mlp.fc2.weight").t()) + Weight("blocks.0.mlp.fc2.bias");

        Tensor Norm(Tensor x, string name)
        {
            var centred = x - x.mean([-1], keepdim: true);
            var deviation = (centred.square().mean([-1], keepdim: true) + 1e-6).sqrt();
            return (centred / deviation * Weight($"blocks.0.{name}.weight")) + Weight($"blocks.0.{name}.bias");
        }
    }
}
