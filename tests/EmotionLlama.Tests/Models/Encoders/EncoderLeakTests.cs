using EmotionLlama.Models.Encoders;
using EmotionLlama.Tests.Media;

namespace EmotionLlama.Tests.Models.Encoders;

/// <summary>Encoding clip after clip holds no more tensors than before, whatever the garbage collector does.</summary>
[Collection(SharedGenerator.Name)]
public sealed class EncoderLeakTests
{
    [Fact]
    public void Encoding_and_disposing_leave_no_tensor_behind()
    {
        Encode();
        var before = LiveTensors.CountBefore();

        Encode();

        Assert.Equal(before, LiveTensors.Count);
    }

    private static void Encode()
    {
        foreach (var config in (HubertConfig[])[TinyEncoders.Large, TinyEncoders.Base])
        {
            using var hubert = new HubertEncoder(config, TinyEncoders.Read(TinyEncoders.Weights(config)), 9);
            hubert.Encode(TinyEncoders.Sound(300), lastLayers: 4);
        }

        using var vitMae = new VitMaeEncoder(
            TinyEncoders.VitMae, TinyEncoders.Read(TinyEncoders.Weights(TinyEncoders.VitMae)));
        vitMae.Encode(
            [Pictures.Noise(5, 5), Pictures.Noise(20, 9)], batchSize: 1, TestContext.Current.CancellationToken);
        using var videoMae = new VideoMaeEncoder(
            TinyEncoders.VideoMae, TinyEncoders.Read(TinyEncoders.Weights(TinyEncoders.VideoMae)));
        videoMae.Encode([.. Enumerable.Range(0, 4).Select(_ => Pictures.Noise(8, 8))]);
    }
}
