using EmotionLlama.Checkpoints;

namespace EmotionLlama.Tests.Checkpoints;

/// <summary>Hundreds of names become a line that a person reads.</summary>
public sealed class TensorGroupTests
{
    [Fact]
    public void Numbered_layers_are_one_group_with_their_ranges() => Assert.Equal(
        "blocks.0-2, 5 (5), head (2), cls_token (1)",
        TensorGroup.Join(
        [
            "blocks.0.norm1.weight", "blocks.1.norm1.weight", "blocks.2.norm1.weight", "blocks.2.norm1.bias",
            "blocks.5.attn.qkv.weight", "head.weight", "head.bias", "cls_token",
        ]));

    [Fact]
    public void LoRA_is_grouped_by_the_map_it_adapts() => Assert.Equal(
        "LoRA of q_proj in layers 3-4 (3), LoRA of v_proj in layers 3 (1)",
        TensorGroup.Join(
        [
            "llama_model.base_model.model.model.layers.3.self_attn.q_proj.lora_A.weight",
            "llama_model.base_model.model.model.layers.3.self_attn.q_proj.lora_B.weight",
            "llama_model.base_model.model.model.layers.3.self_attn.v_proj.lora_A.weight",
            "llama_model.base_model.model.model.layers.4.self_attn.q_proj.lora_A.default.weight",
        ]));

    [Fact]
    public void A_long_list_ends_in_a_number() => Assert.Equal(
        "a (2), b (2), c (2), d (2), e (2), f (2), g (2), h (2) and 4 more tensors",
        TensorGroup.Join("abcdefghij".SelectMany(name => (string[])[$"{name}.weight", $"{name}.bias"])));

    [Fact]
    public void Names_cannot_control_a_terminal() =>
        Assert.DoesNotContain('\u001b', TensorGroup.Join(["\u001b[2J.weight", "\n.1.weight"]));
}
