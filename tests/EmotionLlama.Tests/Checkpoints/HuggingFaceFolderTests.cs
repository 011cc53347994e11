using EmotionLlama.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints;

public sealed class HuggingFaceFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void One_safetensors_file_is_enough()
    {
        WriteSafetensors("model.safetensors", "a");

        using var weights = WeightSources.Open(_folder.Path);
        Assert.Equal(_folder.Path, weights.Location);
        Assert.Equal(["a"], weights.Names);
        Assert.Equal([1], weights.ShapeOf("a"));
        Samples.AssertSame(ones(1), weights.Read("a"));
        Assert.Null(weights.ShapeOf("b"));
        Refusal.Says("has no tensor `b`", () => weights.Read("b"));
    }

    [Fact]
    public void One_PyTorch_file_is_enough()
    {
        TorchCheckpointWriter.Save(_folder["pytorch_model.bin"], new Dictionary<string, Tensor> { ["a"] = ones(1) });

        using var weights = WeightSources.Open(_folder.Path);
        Assert.Equal(["a"], weights.Names);
    }

    [Fact]
    public void Shards_are_joined_in_the_order_of_the_index()
    {
        WriteSafetensors("first.safetensors", "a", "not in the index");
        WriteSafetensors("second.safetensors", "b");
        _folder.Write(
            "model.safetensors.index.json",
            """{"metadata": {}, "weight_map": {"b": "second.safetensors", "a": "first.safetensors"}}""");

        using var weights = WeightSources.Open(_folder.Path);
        Assert.Equal(["b", "a"], weights.Names);
        Samples.AssertSame(ones(1), weights.Read("a"));
        Samples.AssertSame(ones(1), weights.Read("b"));
    }

    [Fact]
    public void A_shard_is_not_opened_before_it_is_needed()
    {
        WriteSafetensors("first.safetensors", "a");
        _folder.Write("second.safetensors", "damaged");
        _folder.Write(
            "model.safetensors.index.json",
            """{"weight_map": {"a": "first.safetensors", "b": "second.safetensors"}}""");

        using var weights = WeightSources.Open(_folder.Path);
        Samples.AssertSame(ones(1), weights.Read("a"));
        Refusal.Says("second.safetensors", () => weights.Read("b"));
    }

    [Fact]
    public void A_missing_shard_is_named_at_once()
    {
        _folder.Write("pytorch_model.bin.index.json", """{"weight_map": {"a": "pytorch_model-00001-of-00002.bin"}}""");

        Refusal.Says(
            $"{_folder["pytorch_model-00001-of-00002.bin"]}: no such file", () => WeightSources.Open(_folder.Path));
    }

    [Fact]
    public void A_tensor_that_its_shard_lacks_is_named()
    {
        WriteSafetensors("first.safetensors", "a");
        _folder.Write(
            "model.safetensors.index.json",
            """{"weight_map": {"a": "first.safetensors", "promised": "first.safetensors"}}""");

        using var weights = WeightSources.Open(_folder.Path);
        Refusal.Says("lacks the tensor `promised`", () => weights.Read("a"));
    }

    [Theory]
    [InlineData("not JSON", "is no index")]
    [InlineData("{}", "is no index")]
    [InlineData("[]", "is no index")]
    [InlineData("""{"weight_map": {"a": 1}}""", "is no index")]
    [InlineData("""{"weight_map": {"a": "../other/model.safetensors"}}""", "not one in the same folder")]
    [InlineData("""{"weight_map": {"a": null}}""", "not one in the same folder")]
    public void A_damaged_index_is_refused(string index, string expected)
    {
        _folder.Write("model.safetensors.index.json", index);

        var error = Assert.Throws<InputException>(() => WeightSources.Open(_folder.Path));
        Assert.StartsWith(_folder["model.safetensors.index.json"], error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_weights_says_what_was_expected() => Assert.Contains(
        "model.safetensors or model.safetensors.index.json",
        Assert.Throws<InputException>(() => WeightSources.Open(_folder.Path)).Message,
        StringComparison.Ordinal);

    private void WriteSafetensors(string file, params string[] names) =>
        SafetensorsWriter.Write(_folder[file], names.Select(name => KeyValuePair.Create(name, ones(1))));
}
