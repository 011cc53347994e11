using EmotionLlama.Models;
using EmotionLlama.Runtime;
using EmotionLlama.Tests.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Runtime;

/// <summary>The CUDA kernels of frozen encoders against the plain operators, which compute the same in float32 on the
/// CPU.</summary>
public sealed class VisionKernelTests : GpuTests
{
    public static TheoryData<ScalarType, int, int> Shapes => KernelTests.Shapes;

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Normalization(ScalarType type, int rows, int width)
    {
        // Far from zero, where a variance from sums of squares would be wrong.
        var (x, delta) = (Draw(type, 1, rows, width) + 30, Draw(type, 2, rows, width));
        var (weight, bias) = (Draw(type, 3, width), Draw(type, 4, width));
        using var room = Room(x, sequences: 1, heads: 1, inner: width);

        var (sum, normed) = EncoderOperators.AddLayerNorm(
            x.cuda(), delta.cuda(), weight.cuda(), bias.cuda(), 1e-6, room);
        AssertClose(type, Wide(x) + Wide(delta), sum);
        AssertClose(type, Norm(sum), normed);

        var (same, alone) = EncoderOperators.AddLayerNorm(x.cuda(), null, weight.cuda(), bias.cuda(), 1e-6, room);
        Assert.Equal(0, TinyModels.Distance(Wide(x), Wide(same)));
        AssertClose(type, Norm(x), alone);

        Tensor Norm(Tensor of) =>
            EncoderOperators.AddLayerNorm(Wide(of), null, Wide(weight), Wide(bias), 1e-6, room: null).Normed;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Activation(ScalarType type, int rows, int width)
    {
        var x = Draw(type, 1, rows, width) * 3;
        using var room = Room(x, sequences: 1, heads: 1, inner: width);
        room?.Inner.copy_(x);

        AssertClose(
            type, EncoderOperators.Gelu(Wide(x), room: null), EncoderOperators.Gelu(room?.Inner ?? x.cuda(), room));
    }

    [Theory]
    [InlineData(ScalarType.BFloat16, 1, 1025, 16, 88)]
    [InlineData(ScalarType.Float16, 3, 257, 16, 88)]
    [InlineData(ScalarType.BFloat16, 2, 1, 1, 8)]
    [InlineData(ScalarType.BFloat16, 2, 5, 2, 12)]
    [InlineData(ScalarType.Float32, 2, 65, 2, 88)]
    public void Attention(ScalarType type, int sequences, int tokens, int heads, int channels)
    {
        var rows = Draw(type, 1, sequences * tokens, 3 * heads * channels);
        using var room = Room(rows.narrow(1, 0, heads * channels), sequences, heads, inner: 8)!;
        room.QueryKeyValue.copy_(rows);

        AssertClose(
            type,
            EncoderOperators.Attention(Wide(rows), sequences, heads, room: null),
            EncoderOperators.Attention(room.QueryKeyValue, sequences, heads, room));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void The_whole_tower(ScalarType type)
    {
        using var _ = no_grad();
        using var plain = Tower(CPU, ScalarType.Float32);
        using var fused = Tower(CUDA, type);
        var images = TinyModels.Normal([3, 3, 56, 56], 1, 1);

        AssertClose(
            type, plain.Forward(images), fused.Forward(images.cuda().to(type)), looser: 2);

        static EvaVisionTransformer Tower(Device device, ScalarType type) => new(
            new WeightReader(
                RandomWeights.ForVision(176, 704, blocks: 4, patchSize: 14, imageSize: 56, seed: 1), device, type),
            imageSize: 56);
    }

    private static EncoderRoom? Room(Tensor x, int sequences, int heads, int inner) =>
        EncoderRoom.For(x.cuda(), sequences, heads, inner);
}
