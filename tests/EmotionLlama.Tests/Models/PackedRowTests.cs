using EmotionLlama.Models;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

/// <summary>Several samples in one row are computed as if each were alone.</summary>
public sealed class PackedRowTests
{
    [Theory]
    [InlineData(new[] { 5 })]
    [InlineData(new[] { 4, 4, 4 })]
    [InlineData(new[] { 7, 1, 12, 3 })]
    public void Logits_of_packed_sequences_equal_those_of_each_sequence_alone(int[] lengths)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var llama = TinyModels.CreateLlama(TinyModels.Config);
        var row = TinyModels.Normal([lengths.Sum(), TinyModels.Config.HiddenSize], 1, 11);

        var packed = llama.Logits(llama.Forward(row, SequenceLayout.Create(lengths, CPU)));

        var alone = row.split(lengths.Select(length => (long)length).ToArray())
            .Select(sequence => llama.Logits(
                llama.Forward(sequence, SequenceLayout.Create([(int)sequence.shape[0]], CPU))));
        Assert.InRange(TinyModels.Distance(packed, cat([.. alone])), 0, 1e-5);
    }

    [Fact]
    public void The_loss_of_a_row_is_the_sum_of_the_losses_of_its_samples()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create();
        int[] clips = [0, 1, 2, 3];

        using var row = TinyModels.Pack(model, clips);
        var together = model.LossSum(row).item<float>();

        var alone = clips.Sum(clip =>
        {
            using var one = TinyModels.Pack(model, clip);
            return model.LossSum(one).item<float>();
        });
        Assert.Equal(alone, together, 1e-5 * alone);
    }

    [Fact]
    public void The_order_of_samples_in_a_row_does_not_matter()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create();
        using var forwards = TinyModels.Pack(model, 0, 1, 2);
        using var backwards = TinyModels.Pack(model, 2, 1, 0);

        Assert.Equal(model.LossSum(forwards).item<float>(), model.LossSum(backwards).item<float>(), 1e-4);
    }

    [Fact]
    public void A_row_lists_its_samples_its_lengths_and_what_is_learned()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create();
        var prompts = TinyModels.Prompts(model);
        using var clip = TinyModels.Clip(1);
        using var other = TinyModels.Clip(2);
        var tokens = prompts.ForTraining(clip.Instruction, clip.Answer);
        var otherTokens = prompts.ForTraining(other.Instruction, other.Answer);

        using var row = PackedBatch.Pack([(clip, tokens), (other, otherTokens)]);

        Assert.Equal(["clip_1", "clip_2"], row.Names);
        Assert.Equal([tokens.Length, otherTokens.Length], row.Lengths);
        Assert.Equal([tokens.Answer.Count, otherTokens.Answer.Count], row.AnswerLengths);
        Assert.Equal(row.Tokens, row.TokenIds.shape[0]);
        Assert.Equal([.. tokens.Answer, .. otherTokens.Answer], row.Targets.data<long>().Select(id => (int)id));
        Assert.Equal(2 * (model.ImageTokens + 4), row.InsertedAt.shape[0]);
        Assert.Equal(TinyModels.Tokenizer.EndId, tokens.Answer[^1]);

        // A token is predicted from the place before it.
        var next = row.TokenIds.index_select(0, row.PredictedFrom + 1);
        Assert.Equal(row.Targets.data<long>(), next.data<long>());
        Assert.Equal(tokens.Prompt.Count - 1, row.PredictedFrom[0].item<long>());
    }
}
