using EmotionLlama.Models;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

/// <summary>The decoder's layers run twice instead of keeping their activations.</summary>
[Collection(SharedGenerator.Name)]
public sealed class ActivationCheckpointingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void Loss_and_gradients_are_the_same(double dropout)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create(
            new LoraSettings { Rank = 4, Dropout = dropout, Targets = LoraSettings.AllTargets });
        using var batch = TinyModels.Pack(model, 0, 1, 2);

        random.manual_seed(7);
        var plainLoss = model.LossSum(batch, training: true);
        plainLoss.backward();
        var plain = TakeGradients(model);

        random.manual_seed(7);
        var tape = new CheckpointTape();
        var loss = model.LossSum(batch, training: true, tape);
        tape.Backward(loss);
        var taped = TakeGradients(model);

        Assert.Equal(plainLoss.item<float>(), loss.item<float>());
        foreach (var (name, gradient) in plain)
        {
            var difference = (gradient - taped[name]).norm().item<float>();
            Assert.True(difference <= 1e-6 * gradient.norm().item<float>(), $"{name}: {difference}");
        }
    }

    [Fact]
    public void The_graph_of_the_loss_ends_at_the_last_layer()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create();
        using var batch = TinyModels.Pack(model, 0, 1);

        model.LossSum(batch, training: true, new CheckpointTape()).backward();

        Assert.All(model.TrainableParameters, parameter => Assert.Null(parameter.Value.grad));
    }

    private static Dictionary<string, Tensor> TakeGradients(EmotionLlamaModel model)
    {
        var gradients = new Dictionary<string, Tensor>();
        foreach (var (name, value) in model.TrainableParameters)
        {
            gradients[name] = value.grad!.clone();
            value.grad = null;
        }

        return gradients;
    }
}
