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
    private const int Rank = 64;

    private readonly RealSet _set = new(RealSizes.Full);

    public void Dispose() => _set.Dispose();

    [Theory]
    [InlineData(true, 9_976_576_152, 3_500_296_424)]
    [InlineData(false, 9_976_634_558, 3_500_315_539)]
    public void Everything_is_loaded_in_the_memory_of_two_tensors(bool safetensors, long published1, long published2)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/proc/self/clear_refs"))
            Assert.Skip("holes and the peak of memory are Linux's");

        var llama = SparseFiles.WriteShards(
            _set.Llama,
            [.. RealTensors.Llama(RealSizes.Full, safetensors ? ScalarType.Float16 : ScalarType.Float32)],
            safetensors,
            shardBytes: 10_000_000_000);
        SparseFiles.WriteTorch(_set.Vision, RealTensors.EvaVitG(RealSizes.Full));
        SparseFiles.WriteTorch(
            _set["stage1.pth"],
            RealTensors.Lora(RealSizes.Full, Rank).Concat(RealTensors.Projections(RealSizes.Full)),
            "model");
        string[] files = [.. llama, _set.Vision, _set["stage1.pth"]];

        // The headers differ by the order of keys and by padding; the values must not.
        Assert.Equal(2, llama.Count);
        Assert.InRange(new FileInfo(llama[0]).Length - published1, -50_000, 50_000);
        Assert.InRange(new FileInfo(llama[1]).Length - published2, -50_000, 50_000);
        Assert.InRange(new FileInfo(_set.Vision).Length, 2_020 * Megabyte, 2_030 * Megabyte);
        Assert.InRange(files.Sum(SparseFiles.BytesOnDisk), 1, 4 * Megabyte);

        var before = ResetPeak();
        using var model = RealSet.Build(_set.Recipe("stage1.pth"), out var report, META, ScalarType.BFloat16);
        var peak = Status("VmHWM") - before;

        var unused = RealTensors.EvaVitG(RealSizes.Full).Where(tensor => report.Files[1].Unexpected.Contains(tensor.Name))
            .Concat(RealTensors.Llama(RealSizes.Full, safetensors ? ScalarType.Float16 : ScalarType.Float32)
                .Where(tensor => tensor.Name.EndsWith("inv_freq", StringComparison.Ordinal)));
        var inFiles = files.Sum(file => new FileInfo(file).Length);
        Assert.InRange(inFiles - report.Bytes - unused.Sum(tensor => tensor.Bytes), 0, Megabyte);
        Assert.InRange(peak, 1, 2 * LargestTensor);
        Assert.Equal(6_738_415_616, model.Llama.FrozenWeights.Sum(weight => weight.Value.numel()));
        Assert.All(model.Llama.FrozenWeights, weight => Assert.Equal(ScalarType.BFloat16, weight.Value.dtype));
        Assert.Equal(
            "blocks.39 (13), norm (2), head (2)", TensorGroup.Join(report.Files[1].Unexpected));
        Assert.Equal([1, 1025, 1408], Assert.Single(report.Files[1].Reshaped).To);
        Assert.Empty(report.Files[2].Missing);
        TestContext.Current.SendDiagnosticMessage(string.Join('\n', report.ToLines()));
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
