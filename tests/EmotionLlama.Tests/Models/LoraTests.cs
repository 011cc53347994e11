using EmotionLlama.Checkpoints;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

/// <summary>Low-rank updates of the decoder's projections.</summary>
public sealed class LoraTests
{
    private static readonly LoraSettings Everywhere = new()
    {
        Rank = 3,
        Alpha = 12,
        Dropout = 0,
        Targets = LoraSettings.AllTargets,
    };

    public static TheoryData<string> Targets => [.. LoraSettings.AllTargets];

    [Fact]
    public void A_fresh_update_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var plain = TinyModels.CreateLlama(TinyModels.Config, new LoraSettings { Rank = 0 });
        using var fresh = new Llama(TinyModels.Config, Weights(), Everywhere);

        Assert.Equal(0, TinyModels.Distance(Run(plain), Run(fresh)));
    }

    [Fact]
    public void A_fresh_update_has_a_first_matrix_that_is_not_zero_and_a_second_that_is()
    {
        using var scope = NewDisposeScope();
        using var fresh = new Llama(TinyModels.Config, Weights(), Everywhere);

        Assert.All(fresh.LoraParameters, parameter =>
        {
            var largest = parameter.Value.abs().max().item<float>();
            if (parameter.Name.EndsWith("lora_B.weight", StringComparison.Ordinal))
                Assert.Equal(0, largest);
            else
                Assert.InRange(largest, 1e-3, 1 / Math.Sqrt(parameter.Value.shape[1]));
        });
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void An_update_equals_its_product_added_to_the_weight(string target)
    {
        using var scope = NewDisposeScope();
        using var adapted = TinyModels.CreateLlama(TinyModels.Config, Everywhere with { Targets = [target] });
        using var merged = new Llama(
            TinyModels.Config,
            new WeightReader(Merge(adapted, Everywhere.Alpha / Everywhere.Rank), CPU, ScalarType.Float32),
            new LoraSettings { Rank = 0 });
        using var plain = TinyModels.CreateLlama(TinyModels.Config, new LoraSettings { Rank = 0 });

        Assert.InRange(TinyModels.Distance(Run(merged), Run(adapted)), 0, 1e-4);
        Assert.True(TinyModels.Distance(Run(plain), Run(adapted)) > 1e-2);
    }

    [Fact]
    public void Matrices_have_the_names_and_the_order_of_the_original_checkpoints()
    {
        using var scope = NewDisposeScope();
        using var llama = TinyModels.CreateLlama(TinyModels.Config);

        Assert.Equal(
            [
                "model.layers.0.self_attn.q_proj.lora_A.weight",
                "model.layers.0.self_attn.q_proj.lora_B.weight",
                "model.layers.0.self_attn.v_proj.lora_A.weight",
                "model.layers.0.self_attn.v_proj.lora_B.weight",
            ],
            llama.LoraParameters.Take(4).Select(parameter => parameter.Name));
        Assert.Equal(8, llama.LoraParameters.Count());
    }

    [Fact]
    public void All_seven_projections_of_each_layer_learn()
    {
        using var scope = NewDisposeScope();
        using var llama = TinyModels.CreateLlama(TinyModels.Config, Everywhere);

        llama.Logits(llama.Forward(Row(), SequenceLayout.Create([5], CPU))).square().mean().backward();

        Assert.Equal(2 * 7 * TinyModels.Config.Layers, llama.LoraParameters.Count());
        Assert.All(llama.LoraParameters, parameter =>
            Assert.True(parameter.Value.grad!.abs().max().item<float>() > 0, parameter.Name));
    }

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void Matrices_and_their_gradients_stay_float32_where_the_model_computes_with_less(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var llama = TinyModels.CreateLlama(TinyModels.Config, dtype: dtype);

        llama.Logits(llama.Forward(Row().to(dtype), SequenceLayout.Create([5], CPU))).sum().backward();

        Assert.All(llama.LoraParameters, parameter =>
        {
            Assert.Equal(ScalarType.Float32, parameter.Value.dtype);
            Assert.Equal(ScalarType.Float32, parameter.Value.grad!.dtype);
        });
    }

    [Fact]
    public void Dropout_is_on_in_training_alone()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var llama = TinyModels.CreateLlama(TinyModels.Config, Everywhere with { Dropout = 0.5 });
        using var without = TinyModels.CreateLlama(TinyModels.Config, Everywhere);
        var layout = SequenceLayout.Create([5], CPU);

        Assert.Equal(0, TinyModels.Distance(without.Forward(Row(), layout), llama.Forward(Row(), layout)));
        Assert.NotEqual(Loss(llama, training: true), Loss(llama, training: true));
        Assert.Equal(Loss(without, training: false), Loss(llama, training: false));
    }

    private static float Loss(Llama llama, bool training) => llama.Backpropagate(
        Row(), SequenceLayout.Create([5], CPU), tensor((long[])[4]), tensor((long[])[2]), tensor((long[])[0]), 1, training,
        default)
        .Loss.item<float>();

    private static WeightReader Weights() =>
        new(TinyModels.LlamaWeights(TinyModels.Config), CPU, ScalarType.Float32);

    private static Tensor Row() => TinyModels.Normal([5, TinyModels.Config.HiddenSize], 1, 31);

    private static Tensor Run(Llama llama)
    {
        using var _ = no_grad();
        return llama.Logits(llama.Forward(Row(), SequenceLayout.Create([5], CPU)));
    }

    private static InMemoryWeights Merge(Llama adapted, double scale)
    {
        using var _ = no_grad();
        var lora = adapted.LoraParameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        var merged = new InMemoryWeights();
        foreach (var (name, weight) in adapted.FrozenWeights)
        {
            var stem = name[..^"weight".Length];
            merged.Add(name, lora.TryGetValue(stem + "lora_A.weight", out var a)
                ? weight + (scale * lora[stem + "lora_B.weight"].mm(a))
                : weight.clone());
        }

        return merged;
    }
}
