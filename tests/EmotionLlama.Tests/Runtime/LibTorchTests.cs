using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Runtime;

public class LibTorchTests
{
    [Fact]
    public void Libtorch_loads_once_and_computes()
    {
        var first = LibTorch.Load();

        Assert.Same(first, LibTorch.Load());
        Assert.True(File.Exists(Path.Combine(first.Folder, "libtorch_cpu.so")));
        Assert.Equal(45, arange(10).sum().item<long>());
    }

    [Fact]
    public void Marking_a_version_weak_changes_one_byte()
    {
        var shim = File.ReadAllBytes(Directory.EnumerateFiles(
            AppContext.BaseDirectory, "libLibTorchSharp.so", SearchOption.AllDirectories)
            .First(path => !path.Contains("patched", StringComparison.Ordinal)));

        var patched = ElfVersionNeeds.MarkWeak(shim, "GLIBCXX_3.4.32");

        Assert.NotNull(patched);
        Assert.Equal(1, shim.Zip(patched).Count(pair => pair.First != pair.Second));
        Assert.Null(ElfVersionNeeds.MarkWeak(shim, "GLIBCXX_9.9.99"));
    }

    [Fact]
    public void A_file_that_is_no_library_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MarkWeak(new byte[100], "GLIBCXX_3.4.32"));
    }
}
