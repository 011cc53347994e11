using EmotionLlama.Models;
using EmotionLlama.Tests.Models;
using EmotionLlama.Training;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Training;

/// <summary>The optimizer, number by number.</summary>
public sealed class AdamWTests
{
    private const double Decay = 0.05;

    [Theory]
    [InlineData("llama_proj.weight", true)]
    [InlineData("llama_proj.bias", false)]
    public void Twenty_steps_equal_the_textbook_for_each_number(string name, bool decays)
    {
        using var scope = NewDisposeScope();
        using var trained = new TrainedSet((name, TinyModels.Normal(decays ? [3, 4] : [12], 1, 1)));
        using var optimizer = new AdamW(trained.Flat, Decay, beta2: 0.98);
        var numbers = trained[name].flatten().data<float>().Select(value => new Number(value)).ToList();

        for (var step = 0; step < 20; step++)
        {
            var gradient = TinyModels.Normal(trained[name].shape, 0.5, 100 + step);
            trained.SetGradient(name, gradient);
            var rate = 0.01 * (1 + step);
            optimizer.Step(rate);

            foreach (var (index, value) in gradient.flatten().data<float>().Index())
                numbers[index].Step(value, rate, decays ? Decay : 0);
        }

        foreach (var (index, value) in trained[name].flatten().data<float>().Index())
            Assert.Equal(numbers[index].Value, value, 1e-6 * Math.Max(1, Math.Abs(value)));
    }

    [Theory]
    [InlineData("llama_model.base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", 2, true)]
    [InlineData("cls_tk_llama_proj.weight", 2, true)]
    [InlineData("cls_tk_llama_proj.bias", 1, false)]
    [InlineData("cls_tk_llama_proj.bias", 2, false)]
    [InlineData("scale", 1, false)]
    [InlineData("ln_vision.weight", 2, false)]
    [InlineData("bn1.weight", 2, false)]
    public void Matrices_decay_unless_their_name_is_of_a_bias_or_a_normalization(
        string name, int dimensions, bool decays)
    {
        using var value = zeros([.. Enumerable.Repeat(2L, dimensions)]);

        Assert.Equal(decays, AdamW.HasWeightDecay(new NamedTensor(name, value)));
    }

    [Fact]
    public void Parameters_with_decay_come_first_each_group_in_its_order()
    {
        using var scope = NewDisposeScope();
        string[] names = ["a.bias", "b.weight", "c.bias", "d.weight"];
        using var trained = new TrainedSet([.. names.Select(name => (name, zeros(2, 2)))]);
        using var optimizer = new AdamW(trained.Flat, Decay);

        Assert.Equal(["b.weight", "d.weight", "a.bias", "c.bias"], optimizer.States.Select(state => state.Name));
    }

    [Fact]
    public void Vectors_and_matrices_of_any_size_lie_side_by_side_and_decay_or_not()
    {
        using var scope = NewDisposeScope();
        (string Name, long[] Shape)[] all = [("a", [3, 5]), ("a.bias", [3]), ("b.bias", [2, 2]), ("b", [7, 1])];
        using var trained = new TrainedSet([.. all.Select(item => (item.Name, ones(item.Shape)))]);
        using var optimizer = new AdamW(trained.Flat, weightDecay: 0.5);
        foreach (var (name, shape) in all)
            trained.SetGradient(name, zeros(shape));

        optimizer.Step(0.1);

        foreach (var (name, shape) in all)
        {
            var expected = name.Contains("bias", StringComparison.Ordinal) ? 1 : 0.95;
            Assert.InRange(TinyModels.Distance(full(shape, expected), trained[name]), 0, 1e-6);
        }
    }

    [Fact]
    public void Without_any_gradient_nothing_happens()
    {
        using var scope = NewDisposeScope();
        using var trained = new TrainedSet(("w", ones(2, 2)));
        using var optimizer = new AdamW(trained.Flat, Decay);

        optimizer.Step(0.1);

        Assert.Equal(0, TinyModels.Distance(ones(2, 2), trained["w"]));
        Assert.Equal(0, optimizer.States[0].Steps);
    }

    [Fact]
    public void A_gradient_that_is_not_finite_changes_and_counts_nothing()
    {
        using var scope = NewDisposeScope();
        using var trained = new TrainedSet(("w", ones(2)));
        using var optimizer = new AdamW(trained.Flat, Decay);
        trained.SetGradient("w", tensor((float[])[1, float.NaN]));

        optimizer.Step(0.1, trained.Flat.CompleteGradients()!.norm());
        optimizer.TakeBackCount();

        Assert.Equal(0, TinyModels.Distance(ones(2), trained["w"]));
        Assert.Equal(0, optimizer.States[0].Steps);
    }

    [Fact]
    public void Restored_moments_go_on_as_if_never_interrupted()
    {
        using var scope = NewDisposeScope();
        using var trained = new TrainedSet(("w", ones(2, 2)));
        using var optimizer = new AdamW(trained.Flat, Decay);
        Step(optimizer, trained, 1);
        using var others = new TrainedSet(("w", trained["w"]));
        using var resumed = new AdamW(others.Flat, Decay);
        var state = optimizer.States[0];
        resumed.Restore("w", state.Steps, state.FirstMoment, state.SecondMoment);

        Step(optimizer, trained, 2);
        Step(resumed, others, 2);

        Assert.Equal(0, TinyModels.Distance(trained["w"], others["w"]));
        Assert.Equal(2, resumed.States[0].Steps);
    }

    [Fact]
    public void Moments_that_do_not_suit_are_an_error()
    {
        using var scope = NewDisposeScope();
        using var trained = new TrainedSet(("w", ones(2)), ("x", ones(2)));
        using var optimizer = new AdamW(trained.Flat, Decay);

        Assert.Contains(
            "'v'", Assert.Throws<InputException>(() => optimizer.Restore("v", 1, ones(2), ones(2))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "'w'", Assert.Throws<InputException>(() => optimizer.Restore("w", 1, ones(2), ones(3))).Message,
            StringComparison.Ordinal);
        optimizer.Restore("w", 3, ones(2), ones(2));
        Assert.Contains(
            "3", Assert.Throws<InputException>(() => optimizer.Restore("x", 4, ones(2), ones(2))).Message,
            StringComparison.Ordinal);
    }

    private static void Step(AdamW optimizer, TrainedSet trained, long seed)
    {
        trained.SetGradient("w", TinyModels.Normal(trained["w"].shape, 1, seed));
        optimizer.Step(0.1);
    }

    /// <summary>One number, optimized in double precision as Loshchilov and Hutter's algorithm 2 says.</summary>
    private sealed class Number(double value)
    {
        private double _mean;
        private double _square;
        private int _steps;

        public double Value { get; private set; } = value;

        public void Step(double gradient, double rate, double decay)
        {
            const double beta1 = 0.9, beta2 = 0.98;
            _steps++;
            _mean = (beta1 * _mean) + ((1 - beta1) * gradient);
            _square = (beta2 * _square) + ((1 - beta2) * gradient * gradient);
            var mean = _mean / (1 - Math.Pow(beta1, _steps));
            var square = _square / (1 - Math.Pow(beta2, _steps));
            Value -= rate * decay * Value;
            Value -= rate * mean / (Math.Sqrt(square) + 1e-8);
        }
    }
}
