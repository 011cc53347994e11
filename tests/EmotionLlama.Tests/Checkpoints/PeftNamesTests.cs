using EmotionLlama.Checkpoints;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints;

public sealed class PeftNamesTests
{
    [Theory]
    [InlineData("m.q_proj.lora_A.default.weight", "m.q_proj.lora_A.weight")]
    [InlineData("m.q_proj.lora_B.default.weight", "m.q_proj.lora_B.weight")]
    [InlineData("m.q_proj.lora_A.weight", "m.q_proj.lora_A.weight")]
    [InlineData("m.q_proj.base_layer.weight", "m.q_proj.weight")]
    [InlineData("m.default.weight", "m.default.weight")]
    public void Names_of_newer_versions_become_those_of_older_ones(string name, string expected) =>
        Assert.Equal(expected, PeftNames.Normalize(name));

    [Fact]
    public void A_source_is_read_under_the_older_names()
    {
        using var weights = new InMemoryWeights
        {
            { "q.lora_A.default.weight", arange(3) },
            { "norm.weight", ones(2) },
        };

        var normalized = PeftNames.Normalize(weights);

        Assert.Equal(["q.lora_A.weight", "norm.weight"], normalized.Names);
        Assert.Equal([3], normalized.ShapeOf("q.lora_A.weight"));
        Assert.Null(normalized.ShapeOf("q.lora_A.default.weight"));
        using var read = normalized.Read("q.lora_A.weight");
        Assert.Equal([0L, 1L, 2L], read.data<long>().ToArray());
        Assert.Throws<InputException>(() => normalized.Read("q.lora_A.default.weight"));
    }

    [Fact]
    public void Two_tensors_with_one_older_name_are_refused()
    {
        using var weights = new InMemoryWeights
        {
            { "q.lora_A.default.weight", ones(1) },
            { "q.lora_A.weight", ones(1) },
        };

        var error = Assert.Throws<InputException>(() => PeftNames.Normalize(weights));
        Assert.Contains("both stand for `q.lora_A.weight`", error.Message, StringComparison.Ordinal);
    }
}
