using System.Globalization;
using EmotionLlama.Checkpoints;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints.RealCheckpoints;

/// <summary>The published files at their real size, as holes on the disk, read to their ends onto the device that keeps
/// shapes only. Memory is that of the whole process, so this runs alone.</summary>
[CollectionDefinition(nameof(FullSizeTests), DisableParallelization = true)]
[Collection(nameof(FullSizeTests))]
public sealed class FullSizeTests : IDisposable
{
    private const long Megabyte = 1_000_000;
    private const long LargestTensor = 32_000L * 4096 * 2;
    private const long ShardBytes = 10_000_000_000;
    private const int HeaderBytes = 50_000;
    private const int Rank = 64;

    private readonly RealSet _set = new(RealSizes.Full, holes: true);

    public void Dispose() => _set.Dispose();

    [Fact]
    public void Everything_is_loaded_in_the_memory_of_two_tensors()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/proc/self/clear_refs"))
            Assert.Skip("holes and the peak of memory are Linux's");

        var tensors = RealTensors.Llama(RealSizes.Full, ScalarType.Float16).ToList();
        var llama = SparseFiles.WriteShards(_set.Llama, tensors, safetensors: true, ShardBytes);
        SparseFiles.WriteTorch(_set.Vision, RealTensors.EvaVitG(RealSizes.Full));
        SparseFiles.WriteTorch(
            _set["stage1.pth"],
            RealTensors.Lora(RealSizes.Full, Rank).Concat(RealTensors.Projections(RealSizes.Full)),
            "model");
        string[] files = [.. llama, _set.Vision, _set["stage1.pth"]];

        AssertPublished(llama, 9_976_576_152, 3_500_296_424);
        Assert.InRange(new FileInfo(_set.Vision).Length, 2_020 * Megabyte, 2_030 * Megabyte);
        Assert.InRange(files.Sum(SparseFiles.BytesOnDisk), 1, 4 * Megabyte);

        var before = ResetPeak();
        using var model = RealSet.Build(_set.Recipe("stage1.pth"), out var report, META, ScalarType.BFloat16);
        var peak = Status("VmHWM") - before;

        var unused = RealTensors.EvaVitG(RealSizes.Full)
            .Where(tensor => report.Files[1].Unexpected.Contains(tensor.Name))
            .Concat(tensors.Where(tensor => tensor.Name.EndsWith("inv_freq", StringComparison.Ordinal)));
        var inFiles = files.Sum(file => new FileInfo(file).Length);
        Assert.InRange(inFiles - report.Bytes - unused.Sum(tensor => tensor.Bytes), 0, Megabyte);
        Assert.InRange(peak, 1, 2 * LargestTensor);
        Assert.Equal(6_738_415_616, model.Llama.FrozenWeights.Sum(weight => weight.Value.numel()));
        Assert.All(model.Llama.FrozenWeights, weight => Assert.Equal(ScalarType.BFloat16, weight.Value.dtype));
        Assert.Equal(
            "blocks.39 (13), norm (2), head (2)", TensorGroup.Join(report.Files[1].Unexpected));
        Assert.Equal([1, 1025, 1408], Assert.Single(report.Files[1].Reshaped).To);
        Assert.Empty(report.Files[2].Missing);
    }

    [Fact]
    public void Shards_of_the_older_kind_are_found_beyond_4_GB()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("holes are Linux's");

        var tensors = RealTensors.Llama(RealSizes.Full, ScalarType.Float32).ToList();
        var llama = SparseFiles.WriteShards(_set.Llama, tensors, safetensors: false, ShardBytes);
        AssertPublished(llama, 9_976_634_558, 3_500_315_539);

        // A byte in the last value of the first shard, 10 GB from its beginning.
        using var folder = new HuggingFaceFolder(_set.Llama);
        var last = tensors.Last(tensor => tensor.Name.StartsWith("model.layers.23.", StringComparison.Ordinal));
        WriteOne(llama[0], last);
        using var scope = NewDisposeScope();
        Assert.Equal(1f, folder.Read(last.Name).view(-1)[-1].to(ScalarType.Float32).item<float>());
        Assert.All(tensors, tensor =>
        {
            Assert.Equal(tensor.Shape, folder.ShapeOf(tensor.Name)!);
            var values = folder.Locate(tensor.Name)!;
            Assert.Equal((tensor.Type, tensor.Bytes), (values.Type, values.Bytes));
        });
    }

    /// <summary>Headers differ by the order of keys and by padding; the values must not.</summary>
    private static void AssertPublished(IReadOnlyList<string> shards, params ReadOnlySpan<long> published)
    {
        Assert.Equal(published.Length, shards.Count);
        for (var i = 0; i < published.Length; i++)
            Assert.InRange(new FileInfo(shards[i]).Length - published[i], -HeaderBytes, HeaderBytes);
    }

    /// <summary>Makes the last value of a shard's last tensor a 1 of float16. Behind it lie the version and the
    /// directory, whose size is looked for from the end.</summary>
    private static void WriteOne(string shard, RealTensor last)
    {
        using var checkpoint = TorchCheckpoint.Open(shard);
        var values = checkpoint.Locate(last.Name)!;
        var (probe, start) = (new byte[1], 0L);
        using var file = new FileStream(shard, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

        // The last entry is "archive/version": the values end where its header begins.
        var tail = new byte[HeaderBytes * 2];
        file.Seek(-tail.Length, SeekOrigin.End);
        file.ReadExactly(tail);
        start = file.Length - tail.Length + tail.AsSpan().LastIndexOf("PK\u0003\u0004"u8);
        file.Seek(start - 2, SeekOrigin.Begin);
        file.Write([0x00, 0x3C]);
        file.Flush();
        values.Read(values.Bytes - 1, probe);
        Assert.Equal(0x3C, probe[0]);
    }

    private static long ResetPeak()
    {
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5");
        return Status("VmRSS");
    }

    private static long Status(string key)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        return 1024 * long.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
    }
}
