using System.Globalization;
using System.Runtime.InteropServices;
using EmotionLlama.Checkpoints;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints;

/// <summary>Memory is that of the whole process, so these tests run alone.</summary>
[CollectionDefinition(nameof(LoadingMemoryTests), DisableParallelization = true)]
[Collection(nameof(LoadingMemoryTests))]
public sealed class LoadingMemoryTests : IDisposable
{
    private const int Tensors = 8;
    private const int ValuesPerTensor = 8 << 20;
    private const long FileBytes = (long)Tensors * ValuesPerTensor * sizeof(float);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("safetensors")]
    [InlineData("zip")]
    [InlineData("legacy")]
    public void Loading_a_file_takes_little_more_memory_than_its_tensors(string format)
    {
        if (!File.Exists("/proc/self/clear_refs"))
            Assert.Skip("the peak of memory is read from Linux's /proc");

        Write(format, _folder["large"]);
        GC.Collect();
        var before = ResetPeak();

        using (NewDisposeScope())
        using (var weights = WeightSources.Open(_folder["large"]))
        {
            var read = weights.Names.Select(weights.Read).ToList();
            Assert.Equal(FileBytes, read.Sum(tensor => tensor.numel() * tensor.element_size()));
            Assert.Equal(1f, read[^1][-1].item<float>());
        }

        Assert.InRange(Status("VmHWM") - before, FileBytes / 2, (long)(FileBytes * 1.3));
    }

    private static void Write(string format, string path)
    {
        using var scope = NewDisposeScope();
        using var file = format == "legacy" ? File.Create(path) : null;
        var values = ones(ValuesPerTensor);
        var names = Enumerable.Range(0, Tensors).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToArray();
        if (format == "safetensors")
        {
            SafetensorsWriter.Write(path, names.Select(name => KeyValuePair.Create(name, values)));
        }
        else if (format == "zip")
        {
            TorchCheckpointWriter.Save(path, names.ToDictionary(name => name, _ => values.alias()));
        }
        else
        {
            WriteLegacy(file!, names, values);
        }
    }

    private static void WriteLegacy(FileStream file, string[] names, Tensor values)
    {
        file.Write(new LegacyFile
        {
            Root = names.ToDictionary(
                name => name, name => (object)new LegacyTensor(name, ValuesPerTensor, [ValuesPerTensor], [1])),
            Storages = [],
            Keys = names,
        }.ToArray());
        foreach (var _ in names)
        {
            long[] count = [ValuesPerTensor];
            file.Write(MemoryMarshal.AsBytes<long>(count));
            file.Write(values.bytes);
        }
    }

    /// <summary>Makes the present memory the peak, and returns it.</summary>
    private static long ResetPeak()
    {
        File.WriteAllText("/proc/self/clear_refs", "5");
        return Status("VmRSS");
    }

    private static long Status(string key)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        var kibibytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
        return 1024 * long.Parse(kibibytes, CultureInfo.InvariantCulture);
    }
}
