using EmotionLlama.Datasets;
using EmotionLlama.Models;
using EmotionLlama.Tokenization;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

/// <summary>A batch may hold what the vision tower made of some pictures earlier, in place of their pixels.</summary>
public sealed class EncodedPicturesTests
{
    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    [InlineData(false, false, false)]
    public void The_tower_runs_for_pixels_only_and_the_loss_is_the_same_bit_for_bit(params bool[] areEncoded)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create();
        using var plain = PackedBatch.Pack([.. areEncoded.Select((_, i) => Sample(model, i, isEncoded: false))]);
        var expected = model.LossSum(plain).item<float>();
        using var mixed = PackedBatch.Pack([.. areEncoded.Select((isEncoded, i) => Sample(model, i, isEncoded))]);
        var before = model.Vision.PicturesEncoded;

        var loss = model.LossSum(mixed).item<float>();

        Assert.Equal(areEncoded.Count(isEncoded => !isEncoded), model.Vision.PicturesEncoded - before);
        Assert.Equal(expected, loss);
    }

    [Fact]
    public void A_batch_keeps_its_encoded_pictures_whatever_happens_to_the_samples()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create();
        var (clip, tokens) = Sample(model, 1, isEncoded: true);
        var before = clip.Image.clone();
        using var batch = PackedBatch.Pack([(clip, tokens)]);

        clip.Image.add_(1);
        clip.Dispose();

        Assert.Null(batch.Images);
        Assert.True(batch.EncodedImages![0].equal(before).all().item<bool>());
    }

    private static (ClipSample Clip, TokenizedSample Tokens) Sample(EmotionLlamaModel model, int number, bool isEncoded)
    {
        var clip = TinyModels.Clip(number);
        var tokens = TinyModels.Prompts(model).ForTraining(clip.Instruction, clip.Answer);
        return isEncoded
            ? (clip with { Image = model.EncodeImages(clip.Image.unsqueeze(0))[0], IsEncoded = true }, tokens)
            : (clip, tokens);
    }
}
