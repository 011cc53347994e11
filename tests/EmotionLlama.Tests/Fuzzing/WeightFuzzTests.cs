using System.Text;
using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Inspection;
using EmotionLlama.Tests.Checkpoints;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Fuzzing;

/// <summary>Damaged weight files end in one line that says what is wrong, or are read as what they have become: no
/// tensor that the file does not hold, no memory that it does not need.</summary>
public sealed class WeightFuzzTests
{
    /// <summary>What a tensor may take that repeats few stored values many times.</summary>
    private const long MostRepeated = 1 << 24;

    private const string FirstShard = "model-00001-of-00002.safetensors";
    private const string SecondShard = "model-00002-of-00002.safetensors";

    private static readonly FuzzLimits Limits = new() { PerByte = 40, Besides = 256 << 10 };

    [Theory]
    [InlineData("zip.pth")]
    [InlineData("legacy.pth")]
    [InlineData("safetensors")]
    public void Damaged_files_of_weights_are_read_or_refused(string format)
    {
        using var run = new FuzzRun(format, Limits, ReadAll);
        run.Mutations(Samples(format));

        Assert.InRange(run.Taken, 100, FuzzRun.Cases);
        Assert.InRange(run.Refused, 100, FuzzRun.Cases);
    }

    [Fact]
    public void Damaged_indexes_of_shards_are_read_or_refused()
    {
        using var run = new FuzzRun("index.json", Limits, ReadIndex);
        run.Mutations([new("index", Index())]);

        Assert.InRange(run.Taken, 100, FuzzRun.Cases);
        Assert.InRange(run.Refused, 100, FuzzRun.Cases);
    }

    [Theory]
    [InlineData("zip.pth")]
    [InlineData("legacy.pth")]
    public void Files_of_weights_that_once_failed_are_read_or_refused(string format)
    {
        using var run = new FuzzRun(format, Limits, ReadAll);
        run.Corpus();
    }

    /// <summary>Inspects the file and reads every tensor in both ways: whole, and where it lies.</summary>
    private static void ReadAll(string path)
    {
        WeightInspector.Inspect(path);
        using var scope = NewDisposeScope();
        using var weights = WeightSources.Open(path);
        var most = Math.Max(MostRepeated, new FileInfo(path).Length);
        foreach (var name in weights.Names)
        {
            // Before it is read: what is too large must never have been allocated.
            Assert.InRange(weights.Describe(name)!.Bytes, 0, most);
            using var tensor = weights.Read(name);
            if (weights.Locate(name) is not { } values)
                continue;

            var bytes = new byte[values.Bytes];
            values.Read(0, bytes);
            Assert.Equal(tensor.numel() * tensor.element_size(), bytes.Length);
        }
    }

    private static void ReadIndex(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        WriteShards(folder);
        File.Copy(path, Path.Combine(folder, "model.safetensors.index.json"), overwrite: true);
        try
        {
            using var scope = NewDisposeScope();
            using var weights = new HuggingFaceFolder(folder);
            foreach (var name in weights.Names)
                weights.Read(name);
        }
        catch (InputException e) when (e.Message.StartsWith(folder, StringComparison.Ordinal))
        {
            // The run looks for the name of the file that it wrote.
            throw new InputException($"{path}: {e.Message}", e);
        }
    }

    private static List<FuzzSample> Samples(string format)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var tensors = Checkpoints.Samples.Create();
        switch (format)
        {
            case "safetensors":
                SafetensorsWriter.Write(
                    folder["a"], tensors, new Dictionary<string, string> { ["format"] = "pt" });
                return [new("tensors", File.ReadAllBytes(folder["a"]))];
            case "zip.pth":
                TorchCheckpointWriter.Save(folder["a"], new Dictionary<string, object?>
                {
                    ["model"] = tensors,
                    ["optimizer"] = new Dictionary<string, object?> { ["state"] = new Dictionary<string, object?>() },
                    ["config"] = new object?[] { null, 1, -1L << 40, 0.5, "text", (1, true), new byte[] { 1, 200 } },
                    ["epoch"] = 3L,
                });
                TorchCheckpointWriter.Save(folder["b"], new Dictionary<string, object?>
                {
                    ["llama_proj.weight"] = ones(4, 8),
                    ["llama_model.base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"] = ones(2, 4),
                });
                return
                [
                    new("checkpoint", File.ReadAllBytes(folder["a"])),
                    new("state", File.ReadAllBytes(folder["b"])),
                ];
            default:
                return [new("legacy", Legacy().ToArray())];
        }
    }

    private static LegacyFile Legacy() => new()
    {
        Root = new OrderedDictionary<string, object>
        {
            ["a"] = new LegacyTensor("111", 6, [2, 3], [3, 1]),
            ["b"] = new LegacyTensor("111", 6, [3, 2], [1, 3]),
            ["c"] = new LegacyTensor("222", 1, [], []),
            ["e"] = new LegacyTensor("222", 1, [5, 4], [0, 0]),
            ["d"] = new Dictionary<string, object> { ["x"] = (1, 2.5, "text") },
        },
        Storages = new OrderedDictionary<string, float[]> { ["222"] = [3.5f], ["111"] = [0, 1, 2, 3, 4, 5] },
    };

    /// <summary>The shards of the index, once.</summary>
    private static void WriteShards(string folder)
    {
        var (first, second) = (Path.Combine(folder, FirstShard), Path.Combine(folder, SecondShard));
        if (File.Exists(second))
            return;

        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(
            first,
            new Dictionary<string, Tensor>
            {
                ["model.embed_tokens.weight"] = ones(4, 2),
                ["model.norm.weight"] = ones(2),
            });
        SafetensorsWriter.Write(second, new Dictionary<string, Tensor> { ["lm_head.weight"] = ones(4, 2) });
    }

    private static byte[] Index() => Encoding.UTF8.GetBytes($$"""
        {
          "metadata": {"total_size": 72},
          "weight_map": {
            "model.embed_tokens.weight": "{{FirstShard}}",
            "model.norm.weight": "{{FirstShard}}",
            "lm_head.weight": "{{SecondShard}}"
          }
        }
        """);
}
