using EmotionLlama.Configuration;
using EmotionLlama.Runtime;
using EmotionLlama.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Tests.Training;

/// <summary>The gradient of a step depends on its samples, not on how they are split into micro-batches and rows.
/// </summary>
public sealed class GradientTests : IDisposable
{
    private static readonly int[][] OneRow = [[0, 1, 2, 3]];
    private static readonly int[][] FourRows = [[0], [1], [2], [3]];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TinyRun _tokens = new(new RunRecipe(), OneRow);
    private readonly TinyRun _samples = new(new RunRecipe { LossNormalization = LossNormalization.Sample }, OneRow);

    public static TheoryData<int[][]> Packings =>
        [(int[][])[[0], [1], [2], [3]], (int[][])[[0], [1, 2, 3]], (int[][])[[3, 1], [2, 0]]];

    public void Dispose()
    {
        _tokens.Dispose();
        _samples.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [MemberData(nameof(Packings))]
    public void Samples_in_one_row_and_spread_over_accumulated_rows_have_one_gradient(int[][] rows)
    {
        var (loss, gradient) = _tokens.Gradient(OneRow);
        var (splitLoss, split) = _tokens.Gradient(rows);

        Assert.Equal(loss, splitLoss, 1e-5);
        AssertClose(gradient, split);
    }

    [Theory]
    [InlineData(GradCheckpoint.Selective)]
    [InlineData(GradCheckpoint.Full)]
    public void Recomputing_activations_changes_no_gradient(GradCheckpoint checkpoint)
    {
        using var recomputing = new TinyRun(new RunRecipe(), OneRow, checkpoint: checkpoint);

        AssertClose(_tokens.Gradient(FourRows).Gradient, recomputing.Gradient(FourRows).Gradient);
    }

    [Fact]
    public void The_gradient_is_that_of_the_mean_over_all_answer_tokens()
    {
        var model = _tokens.Model;
        var losses = new List<Tensor>();
        foreach (var clip in OneRow[0])
        {
            // One sample at a time, with nothing of the loss but its definition.
            using var batch = TinyModels.Pack(model, clip);
            var hidden = model.Llama.Forward(model.Embed(batch), SequenceLayout.Create(batch.Lengths, CPU));
            var probabilities = functional.log_softmax(model.Llama.Logits(hidden), 1);
            var start = batch.Tokens - batch.AnswerTokens;
            for (var i = 0; i < batch.AnswerTokens; i++)
                losses.Add(-probabilities[start + i - 1, batch.TokenIds[start + i].item<long>()]);
        }

        var mean = stack(losses).mean();
        mean.backward();
        var expected = _tokens.TakeGradient();

        var (loss, gradient) = _tokens.Gradient(FourRows);
        Assert.Equal(mean.item<float>(), loss, 1e-5);
        AssertClose(expected, gradient);
    }

    [Fact]
    public void By_samples_the_gradient_is_the_mean_of_the_means_of_the_micro_batches()
    {
        int[][] rows = [[0], [1, 2, 3]];
        foreach (var clips in rows)
        {
            using var batch = TinyModels.Pack(_samples.Model, clips);
            _samples.Model.AccumulateGradients(batch, 1.0 / batch.AnswerTokens / rows.Length);
        }

        var expected = _samples.TakeGradient();

        var (_, gradient) = _samples.Gradient(rows);
        AssertClose(expected, gradient);
        Assert.True(Distance(_tokens.Gradient(rows).Gradient, gradient) > 0.01);
    }

    [Fact]
    public void By_samples_a_step_of_one_micro_batch_is_the_same_as_by_tokens() =>
        AssertClose(_tokens.Gradient(OneRow).Gradient, _samples.Gradient(OneRow).Gradient);

    [Fact]
    public void Float16_gradients_are_those_of_a_scaled_loss()
    {
        using var half = new TinyRun(new RunRecipe(), OneRow, dtype: ScalarType.Float16);
        half.Trainer.Scaler.Restore(scale: 64, goodSteps: 0);

        var (loss, gradient) = half.Gradient(OneRow);

        var (expectedLoss, expected) = _tokens.Gradient(OneRow);
        Assert.Equal(expectedLoss, loss, 0.05);
        Assert.InRange(Distance(expected, gradient / 64), 0, 0.05);
    }

    private static void AssertClose(Tensor expected, Tensor actual) =>
        Assert.InRange(Distance(expected, actual), 0, 1e-5);

    private static double Distance(Tensor expected, Tensor actual) =>
        ((expected - actual).norm() / expected.norm()).item<float>();
}
