using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

/// <summary>The decoder's written-out gradient against that which libtorch derives from its forward pass.</summary>
[Collection(SharedGenerator.Name)]
public sealed class BackpropagationTests
{
    private static readonly LlamaConfig Grouped = TinyModels.Config with { KeyValueHeads = TinyModels.Config.Heads / 2 };

    public static TheoryData<int[], bool, GradCheckpoint> Rows => new()
    {
        { [5], false, GradCheckpoint.None },
        { [1], true, GradCheckpoint.None },
        { [4, 4], false, GradCheckpoint.Selective },
        { [3, 7, 2], true, GradCheckpoint.None },
        { [3, 7, 2], true, GradCheckpoint.Selective },
        { [3, 7, 2], true, GradCheckpoint.Full },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Loss_and_gradients_are_those_of_libtorch(int[] lengths, bool grouped, GradCheckpoint checkpoint)
    {
        using var scope = NewDisposeScope();
        using var llama = TinyModels.CreateLlama(
            grouped ? Grouped : TinyModels.Config, new LoraSettings { Rank = 4, Targets = LoraSettings.AllTargets });
        var embeddings = TinyModels.Normal([lengths.Sum(), TinyModels.Config.HiddenSize], 1, 3).requires_grad_();
        var layout = SequenceLayout.Create(lengths, CPU);
        var rows = tensor(lengths.Select((_, i) => (long)lengths.Take(i + 1).Sum() - 1).Prepend(0).Distinct().ToArray());
        var targets = arange(rows.shape[0], ScalarType.Int64) * 3 % TinyModels.Config.VocabularySize;

        var expected = Operators.CrossEntropySum(llama.Logits(llama.Forward(embeddings, layout, rows)), targets);
        (expected * 0.25).backward();
        var expectedGradients = TakeGradients(llama);
        var wanted = arange(lengths.Sum() - 1, -1, -2, ScalarType.Int64);
        var (loss, gradient) = llama.Backpropagate(
            embeddings.detach(), layout, rows, targets, wanted, factor: 0.25, training: false, checkpoint);

        Assert.Equal(expected.item<float>(), loss.item<float>(), 1e-4);
        Assert.InRange(Relative(embeddings.grad!.index_select(0, wanted), gradient), 0, 1e-5);
        foreach (var (name, value) in TakeGradients(llama))
            Assert.True(Relative(expectedGradients[name], value) < 1e-5, name);
    }

    [Fact]
    public void Gradients_add_up_over_calls()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create();
        using var batch = TinyModels.Pack(model, 0, 1);

        model.AccumulateGradients(batch, 1);
        var once = TakeGradients(model.Llama);
        model.AccumulateGradients(batch, 1);
        model.AccumulateGradients(batch, 2);

        foreach (var (name, value) in TakeGradients(model.Llama))
            Assert.True(Relative(once[name] * 3, value) < 1e-5, name);
    }

    [Theory]
    [InlineData(GradCheckpoint.Selective)]
    [InlineData(GradCheckpoint.Full)]
    public void Activations_that_are_computed_again_drop_out_the_same_values(GradCheckpoint checkpoint)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create(
            new LoraSettings { Rank = 4, Dropout = 0.3, Targets = LoraSettings.AllTargets });
        using var batch = TinyModels.Pack(model, 0, 1, 2);

        var (loss, gradients) = Run(GradCheckpoint.None, seed: 7);
        var (againLoss, again) = Run(checkpoint, seed: 7);
        var (otherLoss, _) = Run(checkpoint, seed: 8);

        Assert.Equal(loss, againLoss);
        Assert.NotEqual(loss, otherLoss);
        foreach (var (name, gradient) in gradients)
            Assert.True(Relative(gradient, again[name]) <= 1e-6, name);

        (float Loss, Dictionary<string, Tensor> Gradients) Run(GradCheckpoint mode, long seed)
        {
            random.manual_seed(seed);
            var sum = model.AccumulateGradients(batch, 1, training: true, mode).item<float>();
            return (sum, TakeGradients(model.Llama));
        }
    }

    [Fact]
    public void The_gradient_with_dropout_is_the_slope_of_the_loss()
    {
        using var scope = NewDisposeScope();
        using var llama = TinyModels.CreateLlama(
            TinyModels.Config, new LoraSettings { Rank = 2, Dropout = 0.4, Targets = LoraSettings.AllTargets });
        var layout = SequenceLayout.Create([6], CPU);
        var (rows, targets) = (tensor((long[])[2, 5]), tensor((long[])[1, 4]));
        var embeddings = TinyModels.Normal([6, TinyModels.Config.HiddenSize], 1, 5);
        Loss(embeddings);
        var gradients = TakeGradients(llama);
        foreach (var (name, value) in llama.LoraParameters)
        {
            var gradient = gradients[name];
            var direction = gradient / gradient.norm();
            const double step = 1e-3;
            double Moved(double by)
            {
                using var _ = no_grad();
                value.add_(direction, by);
                var loss = Loss(embeddings);
                value.add_(direction, -by);
                return loss;
            }

            var slope = (Moved(step) - Moved(-step)) / (2 * step);
            Assert.Equal(gradient.norm().item<float>(), slope, 2e-2 * (1 + slope));
        }

        double Loss(Tensor x)
        {
            random.manual_seed(3);
            return llama.Backpropagate(x, layout, rows, targets, rows, 1, training: true, GradCheckpoint.None)
                .Loss.item<float>();
        }
    }

    [Theory]
    [InlineData(GradCheckpoint.None)]
    [InlineData(GradCheckpoint.Selective)]
    [InlineData(GradCheckpoint.Full)]
    public void Nothing_is_left_behind(GradCheckpoint checkpoint)
    {
        using var model = TinyModels.Create();
        using var batch = TinyModels.Pack(model, 0, 1);
        model.AccumulateGradients(batch, 1, training: true, checkpoint).Dispose();
        var before = LiveTensors.CountBefore();

        model.AccumulateGradients(batch, 1, training: true, checkpoint).Dispose();

        Assert.Equal(before, LiveTensors.Count);
    }

    private static double Relative(Tensor expected, Tensor actual) =>
        (expected - actual).norm().item<float>() / (expected.norm().item<float>() + 0.1);

    private static Dictionary<string, Tensor> TakeGradients(Llama llama)
    {
        var gradients = new Dictionary<string, Tensor>();
        foreach (var (name, value) in llama.LoraParameters)
        {
            gradients[name] = value.grad!.clone();
            value.grad.zero_();
        }

        llama.Trained.ClearGradients();
        return gradients;
    }
}
