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
        var weights = TinyModels.Normal([3, 4], 1, 1).requires_grad_();
        using var optimizer = new AdamW([new NamedTensor(name, weights)], Decay, beta2: 0.98);
        var numbers = weights.detach().flatten().data<float>().Select(value => new Number(value)).ToList();

        for (var step = 0; step < 20; step++)
        {
            var gradient = TinyModels.Normal([3, 4], 0.5, 100 + step);
            weights.grad = gradient;
            var rate = 0.01 * (1 + step);
            optimizer.Step(rate);

            foreach (var (index, value) in gradient.flatten().data<float>().Index())
                numbers[index].Step(value, rate, decays ? Decay : 0);
        }

        foreach (var (index, value) in weights.detach().flatten().data<float>().Index())
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
        using var optimizer = new AdamW(
            names.Select(name => new NamedTensor(name, zeros(2, 2, requires_grad: true))), Decay);

        Assert.Equal(["b.weight", "d.weight", "a.bias", "c.bias"], optimizer.States.Select(state => state.Name));
    }

    [Fact]
    public void A_parameter_without_a_gradient_stays_as_it_is()
    {
        using var scope = NewDisposeScope();
        var weights = ones(2, 2, requires_grad: true);
        using var optimizer = new AdamW([new NamedTensor("w", weights)], Decay);

        optimizer.Step(0.1);

        Assert.Equal(0, TinyModels.Distance(ones(2, 2), weights));
        Assert.Equal(0, optimizer.States[0].Steps);
    }

    [Fact]
    public void Cleared_gradients_are_gone()
    {
        using var scope = NewDisposeScope();
        var weights = ones(2, requires_grad: true);
        using var optimizer = new AdamW([new NamedTensor("w", weights)], Decay);
        weights.sum().backward();

        optimizer.ClearGradients();

        Assert.Null(weights.grad);
    }

    [Fact]
    public void Restored_moments_go_on_as_if_never_interrupted()
    {
        using var scope = NewDisposeScope();
        var weights = ones(2, 2, requires_grad: true);
        var others = ones(2, 2, requires_grad: true);
        using var optimizer = new AdamW([new NamedTensor("w", weights)], Decay);
        using var resumed = new AdamW([new NamedTensor("w", others)], Decay);
        Step(optimizer, weights, 1);
        using (no_grad())
            others.copy_(weights);
        var state = optimizer.States[0];
        resumed.Restore("w", state.Steps, state.FirstMoment, state.SecondMoment);

        Step(optimizer, weights, 2);
        Step(resumed, others, 2);

        Assert.Equal(0, TinyModels.Distance(weights, others));
        Assert.Equal(2, resumed.States[0].Steps);
    }

    [Fact]
    public void Moments_that_do_not_suit_are_an_error()
    {
        using var scope = NewDisposeScope();
        using var optimizer = new AdamW([new NamedTensor("w", ones(2, requires_grad: true))], Decay);

        Assert.Contains(
            "'v'", Assert.Throws<InputException>(() => optimizer.Restore("v", 1, ones(2), ones(2))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "'w'", Assert.Throws<InputException>(() => optimizer.Restore("w", 1, ones(2), ones(3))).Message,
            StringComparison.Ordinal);
    }

    private static void Step(AdamW optimizer, Tensor weights, long seed)
    {
        weights.grad = TinyModels.Normal(weights.shape, 1, seed);
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
