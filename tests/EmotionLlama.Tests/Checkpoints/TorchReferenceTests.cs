using System.Diagnostics;
using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Pickling;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints;

/// <summary>Files that PyTorch itself wrote.</summary>
public sealed class TorchReferenceTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Every_kind_of_tensor_has_its_exact_values()
    {
        using var checkpoint = TorchCheckpoint.Open(SharedData.Require("parity", "pickle_variety.pth"));
        var t = arange(24, dtype: float32).reshape(4, 6);
        var expected = new Dictionary<string, Tensor>
        {
            ["f16"] = t.to(float16),
            ["bf16"] = t.to(bfloat16),
            ["i64"] = t.to(int64),
            ["u8"] = t.to(uint8),
            ["bool"] = t > 3,
            ["view"] = t[1..3, TensorIndex.Slice(step: 2)],
            ["transposed"] = t.T,
            ["shared"] = t[2],
            ["scalar"] = tensor(3.5f),
            ["empty"] = zeros(0, 3),
            ["param"] = t,
        };

        Assert.Equal(expected.Keys, checkpoint.Names);
        foreach (var (name, values) in expected)
            Samples.AssertSame(values, checkpoint.Read(name));
    }

    [Fact]
    public void Every_kind_of_plain_value_is_exact()
    {
        using var checkpoint = TorchCheckpoint.Open(SharedData.Require("parity", "pickle_variety.pth"));
        var root = Assert.IsType<OrderedDictionary<object, object?>>(checkpoint.Root);

        Assert.Equal(1.25, root["np"]);
        Assert.Equal(new PythonTuple(2L, 3L), root["size"]);
        var nested = Assert.IsType<List<object?>>(root["nested"]);
        var first = Assert.IsType<OrderedDictionary<object, object?>>(nested[0]);
        Assert.Equal(new PythonTuple(1L, 2.5, "x", null, true), first["a"]);
        var second = Assert.IsType<OrderedDictionary<object, object?>>(nested[1]);
        Samples.AssertSame(arange(6, dtype: float32).reshape(1, 6), Assert.IsType<StoredTensor>(second["b"]).Read());
    }

    [Fact]
    public void The_old_format_holds_exactly_what_the_new_one_does()
    {
        using var zip = TorchCheckpoint.Open(SharedData.Require("parity", "checkpoint_0.pth"));
        using var legacy = TorchCheckpoint.Open(SharedData.Require("parity", "checkpoint_0_legacy_format.pth"));

        Assert.Contains("llama_model.base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", zip.Names);
        Assert.Equal(zip.Names, legacy.Names);
        foreach (var name in zip.Names)
            Samples.AssertSame(zip.Read(name), legacy.Read(name));
    }

    [Fact]
    public void An_optimizer_and_its_settings_can_be_read()
    {
        using var checkpoint = TorchCheckpoint.Open(SharedData.Require("parity", "checkpoint_2.pth"));
        var root = Assert.IsType<OrderedDictionary<object, object?>>(checkpoint.Root);

        Assert.Equal(["model", "optimizer", "config", "scaler", "epoch"], root.Keys.Cast<string>());
        Assert.Equal(2L, root["epoch"]);
        var optimizer = Assert.IsType<OrderedDictionary<object, object?>>(root["optimizer"]);
        var groups = Assert.IsType<List<object?>>(optimizer["param_groups"]);
        var group = Assert.IsType<OrderedDictionary<object, object?>>(groups[0]);
        Assert.Equal(new PythonTuple(0.9, 0.999), group["betas"]);
        var state = Assert.IsType<OrderedDictionary<object, object?>>(optimizer["state"]);
        var first = Assert.IsType<OrderedDictionary<object, object?>>(state[0L]);
        Samples.AssertSame(tensor(24f), Assert.IsType<StoredTensor>(first["step"]).Read());
    }

    [Fact]
    public void A_checkpoint_of_ours_with_the_same_content_reads_the_same()
    {
        using var folder = new TemporaryFolder();
        using var reference = TorchCheckpoint.Open(SharedData.Require("parity", "checkpoint_2.pth"));
        TorchCheckpointWriter.Save(folder["copy.pth"], reference.Root);

        using var copy = TorchCheckpoint.Open(folder["copy.pth"]);
        Assert.Equal(reference.Names, copy.Names);
        foreach (var name in reference.Names)
            Samples.AssertSame(reference.Read(name), copy.Read(name));
    }

    [Fact]
    public void A_hostile_checkpoint_is_refused_at_once_by_the_name_of_what_it_would_run()
    {
        var path = SharedData.Require("parity", "pickle_hostile.pth");
        var clock = Stopwatch.StartNew();

        var error = Assert.Throws<InputException>(() => WeightSources.Open(path));

        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 2);
        Assert.StartsWith($"{path}: refuses to load `posix.system`", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists("/tmp/pwned_by_pickle"));
    }

    [Fact]
    public void A_checkpoint_cut_short_is_refused_at_once()
    {
        using var folder = new TemporaryFolder();
        var bytes = File.ReadAllBytes(SharedData.Require("parity", "eva_vit.pth"));
        var clock = Stopwatch.StartNew();
        foreach (var length in (int[])[bytes.Length - 1, bytes.Length / 2, 1000, 4])
        {
            var path = folder.Write("cut.pth", bytes[..length]);
            Refusal.Says("truncated", () => WeightSources.Open(path));
        }

        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 2);
    }

    [Fact]
    public void Shards_in_half_precision_equal_the_shards_in_full_precision_but_for_rounding()
    {
        using var full = WeightSources.Open(SharedData.Require("parity", "llama"));
        using var half = WeightSources.Open(SharedData.Require("parity", "llama_bin"));

        Assert.Equal(full.Names.Order(), half.Names.Order());
        foreach (var name in full.Names)
            Samples.AssertSame(full.Read(name).to(float16), half.Read(name));
    }

    [Theory]
    [InlineData("ln_vision.safetensors")]
    [InlineData("samples.safetensors")]
    [InlineData("forward.safetensors")]
    [InlineData("grads.safetensors")]
    [InlineData("eva_vit.pth")]
    public void Every_tensor_of_the_reference_files_can_be_read(string file)
    {
        using var weights = WeightSources.Open(SharedData.Require("parity", file));

        Assert.NotEmpty(weights.Names);
        foreach (var name in weights.Names)
            Assert.Equal(weights.ShapeOf(name), weights.Read(name).shape);
    }
}
