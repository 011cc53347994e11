using EmotionLlama.Checkpoints;
using EmotionLlama.Media;
using EmotionLlama.Models.Encoders;
using EmotionLlama.Tests.Media;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models.Encoders;

/// <summary>The face encoder.</summary>
public sealed class VitMaeEncoderTests
{
    private static VitMaeConfig Config => TinyEncoders.VitMae;

    [Fact]
    public void It_computes_what_the_formulas_say()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create();
        var image = TinyModels.Normal([3, 12, 12], 1, 9);
        var formulas = new EncoderFormulas(TinyEncoders.Weights(Config));

        var kernel = formulas["embeddings.patch_embeddings.projection.weight"].flatten(1);
        var tokens = new List<Tensor> { formulas["embeddings.cls_token"][0, 0] };
        for (var y = 0; y < 12; y += 4)
        {
            for (var x = 0; x < 12; x += 4)
            {
                tokens.Add(kernel.mv(image[.., y..(y + 4), x..(x + 4)].flatten())
                    + formulas["embeddings.patch_embeddings.projection.bias"]);
            }
        }

        var hidden = stack(tokens) + formulas["embeddings.position_embeddings"][0];
        for (var i = 0; i < Config.Layers; i++)
            hidden = formulas.VisionLayer(Config, hidden, $"encoder.layer.{i}.");

        var expected = formulas.Norm(hidden, "layernorm", Config.NormEpsilon);
        Assert.InRange(TinyModels.Distance(expected.unsqueeze(0), encoder.Forward(image.unsqueeze(0))), 0, 2e-5);
    }

    [Fact]
    public void Pictures_of_a_batch_do_not_see_each_other()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create();
        var images = TinyModels.Normal([3, 3, 12, 12], 1, 9);

        var together = encoder.Forward(images);

        for (var i = 0; i < 3; i++)
            Assert.InRange(TinyModels.Distance(encoder.Forward(images[i..(i + 1)]), together[i..(i + 1)]), 0, 1e-5);
    }

    [Fact]
    public void The_feature_of_a_clip_is_the_mean_of_its_class_tokens_whatever_the_batches()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create();
        RgbImage[] faces = [.. Enumerable.Range(0, 5).Select(i => Pictures.Noise(9 + i, 12 - i))];
        var pixels = stack(faces.Select(ImageProcessor.ForEncoders(12).Process));
        var expected = encoder.Forward(pixels)[.., 0].mean([0]);

        foreach (var batchSize in (int[])[1, 2, 5, 32])
            Assert.InRange(TinyModels.Distance(expected, tensor(Encode(encoder, faces, batchSize))), 0, 1e-5);
    }

    [Fact]
    public void Pixels_go_in_from_0_to_1_and_are_not_normalized()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create();
        var grey = Pictures.Grey(12, 12, (x, y) => (byte)(20 * x));
        var pixels = zeros(1, 3, 12, 12) + (arange(12, ScalarType.Float32) * 20 / 255);

        Assert.InRange(
            TinyModels.Distance(encoder.Forward(pixels)[0, 0], tensor(Encode(encoder, [grey]))), 0, 1e-5);
    }

    [Fact]
    public void A_clip_without_a_face_is_an_error()
    {
        using var encoder = Create();

        Assert.Contains(
            "no face", Assert.Throws<InputException>(() => Encode(encoder, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encoding_stops_when_it_is_told_to()
    {
        using var encoder = Create();
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.Throws<OperationCanceledException>(
            () => encoder.Encode([Pictures.Noise(4, 4)], cancellation: stop.Token));
    }

    [Fact]
    public void A_picture_of_another_shape_is_refused()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create();

        Assert.Throws<ArgumentException>(() => encoder.Forward(zeros(1, 3, 12, 8)));
        Assert.Throws<ArgumentException>(() => encoder.Forward(zeros(3, 12, 12)));
    }

    [Fact]
    public void Missing_tensors_are_named_and_wrong_shapes_too()
    {
        using var weights = InMemoryWeights.ReadAll(TinyEncoders.Weights(Config));
        var cut = new RenamedWeights(weights, name => name == "embeddings.cls_token" ? null : name);

        Assert.EndsWith("lacks tensors of a ViT-MAE: 'embeddings.cls_token'", Fails(cut, Config),
            StringComparison.Ordinal);
        Assert.EndsWith(
            "'embeddings.position_embeddings' has the shape [1, 10, 12], expected [1, 17, 12]",
            Fails(weights, Config with { ImageSize = 16 }),
            StringComparison.Ordinal);

        static string Fails(EmotionLlama.Models.IWeightSource source, VitMaeConfig config) =>
            Assert.Throws<InputException>(() => new VitMaeEncoder(config, TinyEncoders.Read(source))).Message;
    }

    private static float[] Encode(VitMaeEncoder encoder, RgbImage[] faces, int batchSize = 32) =>
        encoder.Encode(faces, batchSize, TestContext.Current.CancellationToken);

    private static VitMaeEncoder Create() => new(Config, TinyEncoders.Read(TinyEncoders.Weights(Config)));
}
