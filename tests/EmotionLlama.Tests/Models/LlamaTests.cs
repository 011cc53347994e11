using EmotionLlama.Checkpoints;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

/// <summary>The decoder: heads, positions, the output head, and weights that do not suit.</summary>
public sealed class LlamaTests
{
    private static readonly LoraSettings NoLora = new() { Rank = 0 };

    [Fact]
    public void Shared_key_heads_are_the_same_as_keys_and_values_repeated_for_each_query_head()
    {
        using var scope = NewDisposeScope();
        var config = TinyModels.Config;
        var everyHead = config with { KeyValueHeads = config.Heads };
        using var repeated = Copy(config, (name, weight) => name.Contains("k_proj") || name.Contains("v_proj")
            ? weight.view(config.KeyValueHeads, config.HeadSize, -1)
                .repeat_interleave(config.Heads / config.KeyValueHeads, dim: 0).flatten(0, 1)
            : weight);
        using var grouped = TinyModels.CreateLlama(config, NoLora);
        using var full = new Llama(everyHead, new WeightReader(repeated, CPU, ScalarType.Float32), NoLora);

        Assert.InRange(TinyModels.Distance(Run(grouped), Run(full)), 0, 1e-5);
    }

    [Fact]
    public void A_tied_head_is_the_token_embedding()
    {
        using var scope = NewDisposeScope();
        using var weights = Copy(TinyModels.Config, (_, weight) => weight);
        using var embedding = weights.Read("model.embed_tokens.weight");
        using var untiedWeights = Copy(
            TinyModels.Config, (name, weight) => name == "lm_head.weight" ? embedding : weight);

        using var tied = new Llama(
            TinyModels.Config with { TiedHead = true },
            new WeightReader(Without(weights, "lm_head.weight"), CPU, ScalarType.Float32),
            NoLora);
        using var untied = new Llama(
            TinyModels.Config, new WeightReader(untiedWeights, CPU, ScalarType.Float32), NoLora);

        Assert.Equal(0, TinyModels.Distance(Run(tied), Run(untied)));
        Assert.DoesNotContain("lm_head.weight", tied.FrozenWeights.Select(weight => weight.Name));
        Assert.Contains("lm_head.weight", untied.FrozenWeights.Select(weight => weight.Name));
    }

    [Fact]
    public void A_later_token_changes_no_earlier_one()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var llama = TinyModels.CreateLlama(TinyModels.Config);
        var tokens = Embeddings(6);
        var changed = cat([tokens[..5], TinyModels.Normal([1, TinyModels.Config.HiddenSize], 1, 99)]);

        var before = llama.Forward(tokens, SequenceLayout.Create([6], CPU));
        var after = llama.Forward(changed, SequenceLayout.Create([6], CPU));

        Assert.InRange(TinyModels.Distance(before[..5], after[..5]), 0, 1e-6);
        Assert.True(TinyModels.Distance(before[5..], after[5..]) > 0.1);
    }

    [Fact]
    public void The_order_of_earlier_tokens_matters_unless_positions_are_divided_away()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var oneLayer = TinyModels.Config with { Layers = 1 };
        var tokens = Embeddings(4);
        var swapped = tokens.index_select(0, tensor(new long[] { 1, 0, 2, 3 }));

        Assert.True(ChangeOfLastToken(oneLayer) > 1e-3);
        Assert.InRange(ChangeOfLastToken(oneLayer with { RopeFactor = 1e9 }), 0, 1e-6);

        double ChangeOfLastToken(LlamaConfig config)
        {
            using var llama = TinyModels.CreateLlama(config);
            return TinyModels.Distance(
                llama.Forward(tokens, SequenceLayout.Create([4], CPU))[3..],
                llama.Forward(swapped, SequenceLayout.Create([4], CPU))[3..]);
        }
    }

    [Fact]
    public void Frozen_weights_are_those_it_was_built_from_and_ask_for_no_gradient()
    {
        using var scope = NewDisposeScope();
        var source = TinyModels.LlamaWeights(TinyModels.Config);
        using var llama = TinyModels.CreateLlama(TinyModels.Config);

        Assert.Equal(source.Names, llama.FrozenWeights.Select(weight => weight.Name));
        Assert.All(llama.FrozenWeights, weight =>
        {
            Assert.False(weight.Value.requires_grad);
            Assert.Equal(0, TinyModels.Distance(source.Read(weight.Name), weight.Value));
        });
    }

    [Fact]
    public void A_sequence_longer_than_the_model_knows_positions_for_is_an_error()
    {
        using var scope = NewDisposeScope();
        using var llama = TinyModels.CreateLlama(TinyModels.Config with { MaxPositions = 4 });

        var error = Assert.Throws<InputException>(() => llama.Forward(Embeddings(5), SequenceLayout.Create([5], CPU)));

        Assert.Contains("5 tokens", error.Message, StringComparison.Ordinal);
        Assert.Contains("max_position_embeddings (4)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_weight_is_an_error_with_file_and_name()
    {
        const string name = "model.layers.1.mlp.up_proj.weight";
        using var weights = Copy(TinyModels.Config, (_, weight) => weight, "shard.safetensors");

        var error = Assert.Throws<InputException>(() => new Llama(
            TinyModels.Config, new WeightReader(Without(weights, name), CPU, ScalarType.Float32), NoLora));

        Assert.StartsWith("shard.safetensors: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_weight_of_another_shape_is_an_error_with_file_name_and_both_shapes()
    {
        const string name = "model.layers.0.self_attn.k_proj.weight";
        using var weights = Copy(
            TinyModels.Config, (key, weight) => key == name ? weight[..10] : weight, "shard.safetensors");

        var error = Assert.Throws<InputException>(() => new Llama(
            TinyModels.Config, new WeightReader(weights, CPU, ScalarType.Float32), NoLora));

        Assert.Equal($"shard.safetensors: tensor '{name}' has the shape [10, 32], expected [16, 32]", error.Message);
    }

    private static Tensor Embeddings(int tokens) => TinyModels.Normal([tokens, TinyModels.Config.HiddenSize], 1, 21);

    private static Tensor Run(Llama llama)
    {
        using var _ = no_grad();
        return llama.Logits(llama.Forward(Embeddings(9), SequenceLayout.Create([4, 5], CPU)));
    }

    private static InMemoryWeights Copy(
        LlamaConfig config, Func<string, Tensor, Tensor> change, string location = "memory")
    {
        var source = TinyModels.LlamaWeights(config);
        var copy = new InMemoryWeights(location);
        foreach (var name in source.Names)
        {
            using var scope = NewDisposeScope();
            copy.Add(name, change(name, source.Read(name)).clone());
        }

        return copy;
    }

    private static RenamedWeights Without(IWeightSource source, string name) =>
        new(source, original => original == name ? null : original);
}
